// Command plugin is the task plugin of this example: it analyses Go files. A
// host starts it; started by hand it says how to use it.
package main

import (
	"github.com/signalbox-go/signalbox/examples/gostats/analysis"
	"github.com/signalbox-go/signalbox/sdk"
)

func main() {
	sdk.Serve(sdk.TaskFunc("count", analysis.Count))
}
