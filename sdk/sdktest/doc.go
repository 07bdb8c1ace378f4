// Package sdktest runs a plugin inside go test: over real gRPC, with the host's
// real half of the session, and without a process of its own. [Start] runs one
// that implements tasks, and [Attach] an event plugin.
//
//	func TestShout(t *testing.T) {
//		p := sdktest.Start(t, shout)
//
//		got, err := sdktest.Call(t.Context(), p, shout, "hello")
//		require.NoError(t, err)
//		require.Equal(t, "HELLO", got)
//	}
//
// Inputs and outputs are encoded, errors lose what they lose on the way to a
// host, panics come back as errors, and the context's deadline and end reach
// the code, as in a worker process. A plugin runs one call at a time; calls
// from several goroutines wait for each other.
//
// # Event plugins
//
// An event plugin is attached to a run that the test makes up:
//
//	func TestAlert(t *testing.T) {
//		file := filepath.Join(t.TempDir(), "alerts")
//		p := sdktest.Host{Config: Config{File: file, Every: 2}}.Attach(t, alert)
//
//		p.Exception("resize", errors.New("no space"))
//		require.NoFileExists(t, file)
//		p.Exception("resize", errors.New("no space"))
//		require.FileExists(t, file)
//	}
//
// Each step returns when the plugin has dealt with it, so that there is nothing
// to wait for. What the plugin asks of its host is in [Attachment.Asked] and has
// its consequences: calls that it submits run, or remain open for the test to
// end; what it stops, cancels or emits it hears of. Nothing else happens that
// the test does not tell; on_empty, on_finishing and the like do not come by
// themselves. Records that the plugin is not due for are not sent, inputs and
// results only if it asks for them, and what [Host.Allow] does not grant is
// refused, all as by a host.
//
// [Attachment.Restart] and [Attachment.Dies] replace the plugin's process by
// another one. A callback that panics fails the test. Time is a bubble's inside
// testing/synctest, where sdk.Scheduler.CallLater need not be waited for.
//
// # What is not as in a process
//
// The code runs in the test's process. It sees the test's environment, working
// directory and arguments; what it prints stays on the test's stdout; if it
// exits, or a goroutine of its own panics, so does the test; and code that does
// not heed its context cannot be killed.
//
// # Logs
//
// While a plugin runs, the default loggers of log/slog and log write to it, and
// what they get goes to the test's log and to [Plugin.Logs] or
// [Attachment.Logs]. A record that was logged with a task's context, or with
// sdk.Scheduler.Context, belongs to that plugin. Any other could be of any
// plugin, so that all that run at that time get it: tests that run side by side
// and look at such records must expect each other's.
package sdktest
