package scheduler

import "github.com/signalbox-go/signalbox/framework/task"

// Named returns the definition of a task by name and types alone, for code
// that is in a plugin and not linked into this program.
func Named[In, Out any](name string) *task.Def[In, Out] { return task.Named[In, Out](name) }
