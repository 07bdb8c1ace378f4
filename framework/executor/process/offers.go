package process

import (
	"context"
	"sync"

	"google.golang.org/grpc"

	"github.com/signalbox-go/signalbox/framework/session"
)

// offers are the tasks that a plugin has. Of workers that start together only the
// one that is up first is asked: the others are the same program.
type offers struct {
	mu    sync.Mutex
	known bool
	codes []string
}

// of returns the names of the tasks. Errors are of the one that asked; the next
// asks again.
func (o *offers) of(ctx context.Context, conn grpc.ClientConnInterface) ([]string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.known {
		return o.codes, nil
	}
	offered, err := session.Describe(ctx, conn)
	if err != nil {
		return nil, err
	}
	o.codes = make([]string, len(offered.GetTasks()))
	for i, t := range offered.GetTasks() {
		o.codes[i] = t.GetName()
	}
	o.known = true
	return o.codes, nil
}
