// Package sdktest runs a plugin inside go test: over real gRPC, with the host's
// real half of the session, and without a process of its own.
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
// what they get goes to the test's log and to [Plugin.Logs]. A record that was
// logged with a task's context belongs to the plugin that runs the task. Any
// other could be of any plugin, so that all that run at that time get it:
// tests that run side by side and look at such records must expect each
// other's.
package sdktest
