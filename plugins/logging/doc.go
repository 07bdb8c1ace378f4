// Package logging is the bundled event plugin that writes every event as a
// structured line: text or JSON, in the form of log/slog, to the host's log or
// to a file that is rotated by size and age.
//
//	attach "logging" {
//	  config {
//	    file   = "events.log"
//	    format = "json"
//	  }
//	}
//
// A Go program passes [Plugin] to sdk.ServeIfPlugin and attaches it by
//
//	eventplugin.Self(logging.Name, eventplugin.Config(logging.Config{File: "events.log", Format: "json"}))
//
// The message of a line (msg) is the event's name. Its fields are run, the name of
// the run, and seq, the number of the record; of events of futures also task,
// future, attempt and, where they are known, worker and duration; message of a
// stop; kind and error of failures; and at the end, of a task's own events, of, the
// task. The line worker tells what became of one: state, executor, worker, pid and,
// if it was lost, error. The line gap tells what was missed: first, last, missed;
// and the line summary how the run ended: exit, message, elapsed. In the host's log
// the fields task, future and pid are called attrs.task, attrs.future and
// attrs.pid, since there the shorter names say who has written the line.
//
// Lines of a file are written in batches, before what they tell of is
// acknowledged: if the process is killed, none is missing, and some may be there
// twice. A file that cannot be written ends the process, and after a few attempts
// the plugin is lost, which log, report and summary tell; tasks go on.
//
// It is an event plugin, which listens in a process of its own; what shapes how
// one task is submitted and run is an extension (package scheduler).
package logging
