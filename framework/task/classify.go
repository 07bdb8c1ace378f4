package task

import (
	"context"
	"errors"
	"fmt"
)

// Classify gives an error of code its kind where ctx, the code's context, has
// ended: KindDeadline if its deadline has passed, KindCancelled otherwise.
// Executors call it with what code returned. An error that has a kind keeps it,
// and nil remains nil.
func Classify(ctx context.Context, err error) error {
	ended := ctx.Err() // not its cause, which is of the canceller's choosing
	switch {
	case err == nil || ended == nil || KindOf(err) != KindError:
		return err
	case errors.Is(ended, context.DeadlineExceeded):
		return WithKind(KindDeadline, fmt.Errorf("deadline passed: %w", err))
	}
	return WithKind(KindCancelled, err)
}
