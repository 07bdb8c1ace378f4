// Plugin is what runs in the pictures of the README: it pretends to work on
// photographs, mostly with success.
package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"github.com/signalbox-go/signalbox/sdk"
)

func main() {
	sdk.Serve(sdk.TaskFunc("thumbnail", thumbnail), sdk.TaskFunc("enlarge", enlarge), sdk.TaskFunc("upload", upload))
}

func thumbnail(_ context.Context, n int) (int, error) {
	time.Sleep(time.Duration(2+rand.IntN(12)) * time.Millisecond)
	switch {
	case n%97 == 96:
		return 0, fmt.Errorf("photo-%04d.jpg: unexpected end of the file", n)
	case n == 300: // what cannot be caught
		fmt.Fprintln(os.Stderr, "thumbnail: corrupted heap")
		os.Exit(134)
	}
	return n, nil
}

func enlarge(ctx context.Context, n int) (int, error) {
	const tiles = 40
	for i := range tiles {
		sdk.Progress(ctx, i, tiles, fmt.Sprintf("photo-%04d.jpg", n))
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	}
	return n, nil
}

func upload(_ context.Context, n int) (int, error) {
	time.Sleep(time.Duration(rand.IntN(4)) * time.Millisecond)
	return n, nil
}
