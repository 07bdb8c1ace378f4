// Package journal is the bundled event plugin that writes everything that
// happens in a run to a file, as CloudEvents 1.0 in lines of JSON.
//
//	attach "journal" {
//	  config {
//	    file     = "journal.jsonl"
//	    payloads = true
//	  }
//	}
//
// Package reader reads it back, and package stats sums it up; so does the
// command: host journal show, stats and tail.
//
// # What is in it
//
// Every record once, by its number: everything that happened, each step of a
// future being one record that stands for several events. A run that starts with
// a file that is there already is appended to it.
//
// The plugin is lossless, unless the job says otherwise: tasks wait while it is
// far behind, and the run is stopped if it is lost for good. What has been
// acknowledged is in the file; if the process is killed, the next one cuts off
// what is no whole line and goes on behind the last one. With the machine, what
// was written within the time of sync may be lost. A file that cannot be written
// ends the process, and after a few attempts the run.
//
// # Lines
//
// A line has the attributes that CloudEvents knows
//
//	specversion      1.0
//	source           /signalbox/REF/START: the scheduler's reference, and the
//	                 run's start in nanoseconds since 1970
//	type             io.github.signalbox-go. and what kind of line it is
//	id               unlike that of any other line of the run; the number of a
//	                 record
//	time             when it happened, by the host's clock
//	subject          future/ID, task/NAME or worker/EXECUTOR/NUMBER
//	datacontenttype  type of data; data_base64 stands for data that is no JSON
//
// and some of its own. All but attempt and worker are text.
//
//	sequence         number of the record, in 16 digits; of a line that is none,
//	                 of the last record before it
//	run              name of the run
//	task             name of the task
//	future           number of the future
//	attempt          number of the attempt, from 1
//	worker           number of the worker, from 0
//	elapsed          how long the code took, in seconds
//	wait             how long the future waited before, in seconds
//	events           names of the events that the record stands for, with commas
//	                 in between: the scheduler's, then the task's
//	missing          why a payload that was asked for is not there
//
// Types of records, without the prefix, and their data:
//
//	start, finishing, finished, timeout, empty
//	stop        {"message": …, "error": {"kind": …, "message": …}}
//	submitted   the input, if payloads were asked for
//	result      the result, if payloads were asked for
//	exception   {"kind": …, "message": …, "stack": …}, the stack of a panic only
//	cancelled   the same
//	emitted     the value of an event that was emitted by hand; events is its name
//	worker      {"executor": …, "state": "ready", "lost", "failed" or "stopped", "pid": …, "error": …}
//
// Lines that are no records:
//
//	run         name, tasks, executors and options: the first of a run, and of a
//	            file that goes on with it
//	gap         {"first": …, "last": …, "missed": …}: records that are missing
//	summary     how the run ended, its events by name, calls that were refused: the
//	            last of a run, unless the host was killed
//
// # Files
//
// With compress, lines are zstd: a frame for each write, so that the file can be
// read to the last of them at any time, by any program for zstd, and what was
// left unfinished can be told from what is whole. It was chosen over gzip since
// it is twice as fast at that, and six times as fast as gzip that comes as small.
// Under load, when many lines are written at once, they take a tenth of their
// size; where little happens, it saves little.
//
// With max_size_mib, the file is renamed to its name, a dot and a number of six
// digits, higher than that of all before, when it has that size, and another one
// is begun. Readers begin with the lowest number.
//
// On Linux, macOS and the BSDs, two journals cannot write one file: the second
// does not start.
//
// It is an event plugin, which listens in a process of its own; what shapes how
// one task is submitted and run is an extension (package scheduler).
package journal
