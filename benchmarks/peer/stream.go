package peer

import (
	"context"
	"errors"
	"io"
	"strconv"
	"sync"
	"time"

	"github.com/signalbox-go/signalbox/benchmarks/peer/peerpb"
)

// EchoNumbers has n numbers in JSON echoed by bare streams, one to a process,
// in frames of that many, with so many frames in flight on each. It is the
// limit of what can be exchanged: nothing is decoded, nobody is told.
func (g *GRPC) EchoNumbers(n, perFrame, frames int) (time.Duration, error) {
	return g.echo(n, perFrame, frames, func(number int) []byte { return strconv.AppendInt(nil, int64(number), 10) })
}

// EchoBytes has that payload echoed n times, each in a frame of its own.
func (g *GRPC) EchoBytes(n, frames int, payload []byte) (time.Duration, error) {
	return g.echo(n, 1, frames, func(int) []byte { return payload })
}

func (g *GRPC) echo(n, perFrame, frames int, item func(number int) []byte) (time.Duration, error) {
	var wg sync.WaitGroup
	errs := make([]error, len(g.peers))
	began := time.Now()
	for i, p := range g.peers {
		first, last := n*i/len(g.peers), n*(i+1)/len(g.peers)
		wg.Go(func() { errs[i] = echo(p, first, last, perFrame, frames, item) })
	}
	wg.Wait()
	return time.Since(began), errors.Join(errs...)
}

// echo sends the items from first up to last, and receives them.
func echo(p peerpb.PeerClient, first, last, perFrame, frames int, item func(number int) []byte) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	stream, err := p.Echo(ctx)
	if err != nil {
		return err
	}
	room := make(chan struct{}, frames)
	sent := make(chan int, 1) // how many bytes
	go func() {
		bytes := 0
		defer func() { sent <- bytes }()
		for number := first; number < last; {
			frame := &peerpb.Frame{Items: make([][]byte, 0, perFrame)}
			for ; number < last && len(frame.Items) < perFrame; number++ {
				frame.Items = append(frame.Items, item(number))
				bytes += len(frame.Items[len(frame.Items)-1])
			}
			select {
			case room <- struct{}{}:
			case <-ctx.Done():
				return
			}
			if stream.Send(frame) != nil {
				return // Recv says why
			}
		}
		stream.CloseSend()
	}()
	items, bytes := 0, 0
	for {
		frame, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		<-room
		for _, one := range frame.GetItems() {
			items, bytes = items+1, bytes+len(one)
		}
	}
	return errors.Join(checkTotal(items, last-first), checkTotal(bytes, <-sent))
}
