//go:build unix

package main

import (
	"io"
	"os"

	"github.com/creack/pty"
)

func openPty() (tty *os.File, drawn func() int64, err error) {
	master, tty, err := pty.Open()
	if err != nil {
		return nil, nil, err
	}
	if err := pty.Setsize(master, &pty.Winsize{Cols: 120, Rows: 50}); err != nil {
		return nil, nil, err
	}
	read := make(chan int64, 1)
	go func() {
		n, _ := io.Copy(io.Discard, master) // it ends with an error when the terminal is closed
		read <- n
	}()
	return tty, func() int64 {
		_ = tty.Close() // what was written is there
		n := <-read
		_ = master.Close() // it was read only
		return n
	}, nil
}
