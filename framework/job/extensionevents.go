package job

import (
	"slices"

	"github.com/signalbox-go/signalbox/framework/extension/comm"
	"github.com/signalbox-go/signalbox/framework/extension/limiter"
	"github.com/signalbox-go/signalbox/framework/extension/resources"
	"github.com/signalbox-go/signalbox/framework/extension/retry"
)

// extensionEvents are the events that a task has by a block of its task block.
var extensionEvents = map[string]struct {
	of     string   // which tasks have it
	fields []string // what it has to tell
}{
	limiter.CallLimitReached.Name():         {"with a limiter that refuses and has max_calls", ofRefused},
	limiter.ConcurrentLimitReached.Name():   {"with a limiter that refuses and has max_concurrent", ofRefused},
	limiter.DisabledDueToRunningTask.Name(): {"with a limiter that refuses and has not_while_running", []string{"name", "task", "other", "input", "error"}},
	limiter.RateLimitReached.Name():         {"with a limiter that refuses and has rate", ofRefused},
	resources.TimeLimitReached.Name():       {"with resources that have wall_time or cpu_time", ofReached},
	resources.WallTimeLimitReached.Name():   {"with resources that have wall_time", ofReached},
	resources.CPUTimeLimitReached.Name():    {"with resources that have cpu_time", ofReached},
	resources.MemoryLimitReached.Name():     {"with resources that have memory", ofReached},
	retry.RetryScheduled.Name():             {"with retry", append(slices.Clone(ofFuture), "error", "kind", "attempt", "delay")},
	comm.OpenName:                           {"with comm", append(slices.Clone(ofFuture), "attempt")},
	comm.MessageName:                        {"with comm", append(slices.Clone(ofFuture), "attempt", "data")},
	comm.RequestName:                        {"with comm", append(slices.Clone(ofFuture), "attempt", "data")},
	comm.CloseName:                          {"with comm", append(slices.Clone(ofFuture), "attempt", "ended", "error", "kind")},
}

// ofRefused is what the events of a limiter have to tell.
var ofRefused = []string{"name", "task", "input", "error"}

// ofReached is what the events of resources have to tell.
var ofReached = append(slices.Clone(ofFuture), "error", "kind", "attempt")

// knownEvents are the events of a task: those of all, and those that its blocks
// bring.
func (t *taskBlock) knownEvents(ofAll []string) []string {
	all := slices.Clone(ofAll)
	for _, x := range t.extensions {
		all = append(all, x.events...)
	}
	return all
}
