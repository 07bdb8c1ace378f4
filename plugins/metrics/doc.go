// Package metrics is the bundled event plugin that counts what happens for
// Prometheus, on a page of its own:
//
//	attach "metrics" {
//	  config {
//	    linger = "90s"
//	  }
//	}
//
// A Go program passes [Plugin] to sdk.ServeIfPlugin and attaches it by
//
//	eventplugin.Self(metrics.Name, eventplugin.Config(metrics.Config{Linger: 90 * time.Second}))
//
// /metrics is for Prometheus to scrape, in its text format or as OpenMetrics;
// the page at / lists every metric with its type, unit and labels. All of the
// run's begin with signalbox_ and have the label run, the run's name. Besides
// there are those of the Go runtime and of the plugin's process.
//
// # Where it listens
//
// On 127.0.0.1:9464 by default. An address without a host, such as ":9500", is
// one of this machine alone; with port 0, a free port is taken. Where it
// listens is logged. With expose, other machines reach it: on all addresses, or
// on the one that listen names. A port that is in use keeps the run from
// starting.
//
// # What counts are worth
//
// Totals are exact. What the plugin is too slow for is counted all the same, by
// what the host says that it missed; only the two histograms, and the kinds of
// exceptions, lack that. If the plugin's process dies, the next one goes on with
// the same totals at the same port. What the host alone knows, such as how many
// workers are busy, it tells every two seconds and at the end.
//
// Labels are bounded: behind 1,000 tasks, or 1,000 events that are emitted by
// hand, the next are counted together as "other"; so are kinds of exceptions
// behind 32 of a task.
//
// # The end of a run
//
// The page ends with the run, unless it is to linger: then it stays until it
// has been scraped once more, for as long as linger says at most. A textfile
// serves runs that are too short to be scraped: node_exporter's textfile
// collector reads it. Where a program attaches the plugin with
// eventplugin.Stay, one page serves all runs of a scheduler, and counters go
// on.
package metrics
