package peer

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"
)

// Spin keeps the CPU busy for that many steps. What it returns depends on all
// of them.
func Spin(steps int) uint64 {
	x := uint64(88172645463325252)
	for range steps {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	return x
}

// StepsIn returns how many steps Spin makes in d, when nothing disturbs it.
var StepsIn = func() func(d time.Duration) int {
	fastest := sync.OnceValue(func() time.Duration { // for a million steps
		best := time.Hour
		for range 50 {
			began := time.Now()
			spun = Spin(1_000_000)
			best = min(best, time.Since(began))
		}
		return best
	})
	return func(d time.Duration) int { return int(d * 1_000_000 / fastest()) }
}()

var spun uint64 // so that the compiler does not leave the loop out

// Loops are processes that do nothing but call Spin, without any scheduler.
type Loops struct {
	cmds []*exec.Cmd
	ins  []io.WriteCloser
	outs []io.Reader
}

// StartLoops starts that many processes.
func StartLoops(processes int) (*Loops, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	l := &Loops{}
	for range processes {
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), roleEnv+"=loop")
		cmd.Stderr = os.Stderr
		in, err := cmd.StdinPipe()
		if err != nil {
			return nil, err
		}
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			l.Stop()
			return nil, err
		}
		l.cmds, l.ins, l.outs = append(l.cmds, cmd), append(l.ins, in), append(l.outs, out)
	}
	_, err = l.Spin(len(l.cmds), 1) // now they run
	return l, err
}

// Stop ends the processes.
func (l *Loops) Stop() {
	for i, cmd := range l.cmds {
		l.ins[i].Close()
		cmd.Wait()
	}
}

// Spin calls Spin n times with that many steps, divided among the processes,
// and returns how long the last of them took.
func (l *Loops) Spin(n, steps int) (time.Duration, error) {
	var wg sync.WaitGroup
	errs := make([]error, len(l.cmds))
	want := Spin(steps)
	began := time.Now()
	for i := range l.cmds {
		share := n*(i+1)/len(l.cmds) - n*i/len(l.cmds)
		wg.Go(func() {
			var got uint64
			if _, errs[i] = fmt.Fprintln(l.ins[i], share, steps); errs[i] == nil {
				_, errs[i] = fmt.Fscanln(l.outs[i], &got)
			}
			if errs[i] == nil && got != uint64(share)*want {
				errs[i] = fmt.Errorf("the loops add up to %d, not %d", got, uint64(share)*want)
			}
		})
	}
	wg.Wait()
	return time.Since(began), errors.Join(errs...)
}

func serveLoop() {
	for {
		var n, steps int
		if _, err := fmt.Scanln(&n, &steps); err != nil {
			return // the host has no more
		}
		var sum uint64
		for range n {
			sum += Spin(steps)
		}
		fmt.Println(sum)
	}
}
