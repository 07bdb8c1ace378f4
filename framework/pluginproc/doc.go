// Package pluginproc runs one plugin process: it verifies the executable,
// launches it, shakes hands, carries its output into the host's log, and ends
// it. What is said over the connection is not its business: it yields a
// [*grpc.ClientConn] and knows neither tasks nor events. It is the only host
// package that uses go-plugin, and uses it for the handshake and for the
// connection; the process, its output and its end are kept in hand here.
//
// # Start
//
// [Start] either returns a process whose connection is up, or an error that
// says what was wrong and what would be right, and then nothing of the process
// is left. Errors match one of the sentinels ([ErrNotFound] and the others) and
// most carry details in a type ([*ChecksumError], [*VersionError],
// [*NotPluginError], [*DiedError]); all are wrapped in a [*StartError].
//
// The first line on stdout that can be a handshake is taken for it. What is
// printed before and after it is logged.
//
// # Process
//
// A plugin leads its own process group, has /dev/null as stdin, an allow-listed
// environment, and on Unix a life pipe (package handshake) whose end tells it
// that the host is gone. On Linux the kernel then kills the plugin's group, with
// everything that the plugin has started in it, in whatever state that is.
//
// # Output
//
// Lines are logged with the attributes plugin and pid. Records of the SDK
// (package logline) and of hclog keep their level, message and attributes; what
// else is written is logged at INFO with its stream. The plugin is never blocked
// by anything but the logger itself.
//
// # End
//
// When the leader dies, for whatever reason, what is left of its group is killed
// before it is reaped. [Process.Exited] is then closed and [Process.Exit] says
// why: by what code or signal, and the last words on stderr, if those are the
// account of a crash that ends so. Descendants that left the group and hold the
// output open delay this by at most 100 ms.
//
// The connection outlives the process until the last call on it has ended, at
// most 2 s, so that what a plugin said before its death can be read. Then the
// connection and the socket folder are gone without anybody's doing;
// [Process.Stop] waits for that and is the way to be sure that nothing is left.
package pluginproc
