package peer

import (
	"bufio"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

//go:embed pool.py
var poolScript []byte

// ErrNoPython is returned where python3 is not found.
var ErrNoPython = errors.New("python3 is not found")

// Python is its ProcessPoolExecutor.
type Python struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// StartPython starts a pool of that many processes. Its script is written to
// the folder, which is there as long as it runs.
func StartPython(folder string, processes int) (*Python, error) {
	path, err := exec.LookPath("python3")
	if err != nil {
		return nil, ErrNoPython
	}
	script := filepath.Join(folder, "pool.py")
	if err := os.WriteFile(script, poolScript, 0o600); err != nil {
		return nil, err
	}
	p := &Python{cmd: exec.Command(path, script, strconv.Itoa(processes))}
	p.cmd.Stderr = os.Stderr
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	if _, err := p.out.ReadString('\n'); err != nil {
		p.Stop()
		return nil, fmt.Errorf("starting Python's pool: %w", err)
	}
	return p, nil
}

// Stop ends the pool.
func (p *Python) Stop() {
	p.in.Close()
	p.cmd.Wait()
}

// Submit submits n calls one by one, and waits for all of them.
func (p *Python) Submit(n int) (time.Duration, error) { return p.ask("submit", n, 1) }

// Map maps n numbers in chunks.
func (p *Python) Map(n, chunk int) (time.Duration, error) { return p.ask("map", n, chunk) }

func (p *Python) ask(how string, n, chunk int) (time.Duration, error) {
	if _, err := fmt.Fprintln(p.in, how, n, chunk); err != nil {
		return 0, err
	}
	var seconds float64
	var total int
	if _, err := fmt.Fscanln(p.out, &seconds, &total); err != nil {
		return 0, fmt.Errorf("Python's pool: %w", err)
	}
	return time.Duration(seconds * float64(time.Second)), checkTotal(total, sumOfNext(n))
}
