// Package live shows a run on a terminal while it goes on: how far it has come,
// a bar for each task with what has come of its calls, what the workers do and
// use, how event plugins fare, the latest errors and, on a key, the events with
// their callbacks. For a program that has a scheduler that is one option:
//
//	exit, err := s.Run(ctx, live.Display())
//
// It is drawn on standard error, at the lower end of the terminal. What package
// log and the default logger of log/slog print meanwhile scrolls by above it;
// other writers that print to the terminal should be given a [Screen]:
//
//	screen := live.New(os.Stderr, live.Options{})
//	log := slog.New(slog.NewTextHandler(screen, nil))
//	s := scheduler.New(process.Self(4), scheduler.Logger(log))
//	…
//	exit, err := s.Run(ctx, live.On(screen))
//
// Where nothing can be drawn (standard error is no terminal, TERM is dumb, the
// program runs in the background), a line is printed every ten seconds and when
// the run's phase changes; so it is when the user leaves the screen. Colors and
// characters are those that the environment allows: NO_COLOR, TERM, and a locale
// without UTF-8 are heeded. A terminal that is too small shows one line.
//
// # Keys
//
// p pauses and resumes dispatch, c cancels what the selected worker runs or, once
// that is confirmed, all calls of the selected task, s stops the run, once that
// is confirmed, e shows the events, q leaves the screen while the run goes on, ?
// tells all keys. Ctrl-Z suspends the process, and fg brings the screen back. If
// standard input is no terminal, keys are read from the process's terminal.
//
// # What it costs
//
// The run is looked at five times in two seconds, and less often where that takes
// more than a hundredth of the time; nothing is drawn more than ten times a
// second. The scheduler itself does nothing for a screen; see package status.
//
// # What is shown
//
// A screen draws plain data, a [view.Run], which may come from another process:
// it shows any [Source]. Names and errors come from users: control characters
// and whatever else could steer a terminal are escaped.
package live
