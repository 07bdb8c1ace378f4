package analysis

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// Count analyses the file of in. That a file is no valid Go is a result, see
// Stats.SyntaxErrors; an error means that it could not be read.
func Count(ctx context.Context, in Input) (Stats, error) {
	if err := ctx.Err(); err != nil {
		return Stats{}, err
	}
	if in.Path == "" {
		return Stats{}, errors.New("gostats: path is empty: it must name a Go file")
	}
	// Reading a pipe or a device could take for ever.
	info, err := os.Stat(in.Path)
	if err != nil {
		return Stats{}, fmt.Errorf("gostats: %w", err)
	}
	if !info.Mode().IsRegular() {
		return Stats{}, fmt.Errorf("gostats: %s is not a regular file but %v", in.Path, info.Mode())
	}
	src, err := os.ReadFile(in.Path)
	if err != nil {
		return Stats{}, fmt.Errorf("gostats: %w", err)
	}
	return Source(src), nil
}
