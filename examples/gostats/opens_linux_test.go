package gostats_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// opens tells which files of one folder are opened, by whatever process, as
// the kernel saw it. To analyse a file is to open it.
type opens struct {
	t      *testing.T
	folder string
	names  chan string // in order; closed when the sentinel was opened
}

// sentinel is what the test opens itself to end the watch.
const sentinel = "sentinel"

func watchOpens(t *testing.T, folder string) *opens {
	t.Helper()
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	require.NoError(t, err)
	// Closes are told too, since the kernel joins equal events in a row.
	_, err = unix.InotifyAddWatch(fd, folder, unix.IN_OPEN|unix.IN_CLOSE)
	require.NoError(t, err)
	o := &opens{t: t, folder: folder, names: make(chan string, 1<<14)}
	f := os.NewFile(uintptr(fd), "inotify")
	go o.read(f)
	t.Cleanup(func() { _ = f.Close() })
	return o
}

func (o *opens) read(f *os.File) {
	defer close(o.names)
	buf := make([]byte, 1<<16)
	for {
		n, err := f.Read(buf)
		if err != nil {
			return
		}
		for rest := buf[:n]; len(rest) > 0; {
			mask := binary.NativeEndian.Uint32(rest[4:])
			end := unix.SizeofInotifyEvent + int(binary.NativeEndian.Uint32(rest[12:]))
			name := string(bytes.TrimRight(rest[unix.SizeofInotifyEvent:end], "\x00"))
			rest = rest[end:]
			if mask&unix.IN_OPEN == 0 || mask&unix.IN_ISDIR != 0 {
				continue
			}
			if name == sentinel {
				return
			}
			o.names <- name
		}
	}
}

// until returns the paths opened up to and including the n-th whose name
// matches.
func (o *opens) until(n int, pattern string) (paths []string) {
	o.t.Helper()
	for name := range o.names {
		paths = append(paths, filepath.Join(o.folder, name))
		match, err := filepath.Match(pattern, name)
		require.NoError(o.t, err)
		if match {
			n--
		}
		if n == 0 {
			return paths
		}
	}
	require.Fail(o.t, "not as many files were opened", "%d more %s", n, pattern)
	return nil
}

// rest returns all paths opened since, and ends the watch.
func (o *opens) rest() (paths []string) {
	o.t.Helper()
	require.NoError(o.t, os.WriteFile(filepath.Join(o.folder, sentinel), nil, 0o666))
	for name := range o.names {
		paths = append(paths, filepath.Join(o.folder, name))
	}
	return paths
}
