package monitor_test

import (
	"context"
	"fmt"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/monitor"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

func Example() {
	m := monitor.New()
	s := scheduler.New(local.Pool(2), scheduler.Observed(m))
	task := scheduler.NewTask(s, echo)
	s.OnStart.Do(func() { task.Submit(1) }, event.Repeat(10))

	s.Run(context.Background())

	n := m.Totals()
	fmt.Println("finished:", n.Finished, "peak:", n.PeakQueue > 0, "samples:", n.Samples)
	// m.WriteCSV(file) writes them.
	// Output: finished: 10 peak: true samples: 22
}
