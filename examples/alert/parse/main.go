// Parse is the task plugin of this example: its task fails for what is no
// number.
package main

import (
	"context"
	"strconv"

	"github.com/signalbox-go/signalbox/sdk"
)

func main() {
	sdk.Serve(sdk.TaskFunc("parse", func(_ context.Context, text string) (int, error) { return strconv.Atoi(text) }))
}
