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
// A line has the fields run, seq, event and, for events of futures, task,
// future, worker, attempt and duration; of failures also kind and error.
//
// Lines of a file are written in batches, before what they tell of is
// acknowledged: if the process is killed, none is missing, and some may be there
// twice. A file that cannot be written ends the process, and after a few attempts
// the plugin is lost, which log, report and summary tell; tasks go on.
//
// It is an event plugin, which listens in a process of its own; what shapes how
// one task is submitted and run is an extension (package scheduler).
package logging
