package osproc_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/internal/osproc"
)

// tree writes files below a new folder, and returns that.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for file, text := range files {
		path := filepath.Join(root, file)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return root
}

func TestWhereGroupsCanBeMade(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		membership string
		files      map[string]string
		err        string // empty for none
	}{
		"version 1":     {"4:memory:/a\n", nil, "there are no control groups of version 2"},
		"beside it":     {"4:memory:/a\n0::/\n", nil, "there are no control groups of version 2"},
		"elsewhere":     {"0::/../a\n", map[string]string{"cgroup.controllers": "memory"}, "out of its own sight"},
		"unknown":       {"0::/a/b\n", map[string]string{"cgroup.controllers": "memory"}, "control groups cannot be made: open .*a/cgroup.subtree_control"},
		"not given":     {"0::/a/b\n", map[string]string{"cgroup.controllers": "memory", "a/cgroup.subtree_control": "cpu pids\n"}, "a have no memory controller: .*a/cgroup.subtree_control does not name it"},
		"beside itself": {"0::/a/b\n", map[string]string{"cgroup.controllers": "memory", "a/cgroup.subtree_control": "cpu memory\n"}, ""},
		"at the root":   {"0::/\n", map[string]string{"cgroup.controllers": "memory", "cgroup.subtree_control": "memory\n"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := tree(t, c.files)
			membership := filepath.Join(t.TempDir(), "membership")
			require.NoError(t, os.WriteFile(membership, []byte(c.membership), 0o600))
			groups, err := osproc.FindGroups(membership, root)
			if c.err != "" {
				require.Error(t, err)
				require.Regexp(t, c.err, err.Error())
				return
			}
			require.NoError(t, err)
			_, err = groups.New()
			require.ErrorContains(t, err, "memory.oom.group", "it is a folder like any other")
		})
	}
	_, err := osproc.FindGroups("/nonexistent", "/nonexistent")
	require.Error(t, err)
}

func TestFilesOfAGroup(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string]string{
		"memory.stat":    "anon 1000\nfile 70000\nkernel 500\nshmem 20\n",
		"memory.current": "71600\n", "memory.swap.current": "3\n", "memory.max": "max\n", "memory.swap.max": "max\n",
		"memory.events": "low 0\nhigh 0\nmax 12\noom 1\noom_kill 2\noom_group_kill 1\n",
	})
	content := func(name string) string {
		text, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		return string(text)
	}
	g, err := osproc.OpenGroup(root)
	require.NoError(t, err)
	held, err := g.Held()
	require.NoError(t, err)
	require.EqualValues(t, 1023, held)
	bound, err := g.Bound(16 << 20)
	require.NoError(t, err)
	require.EqualValues(t, 21<<20, bound)
	require.Equal(t, "22090673", content("memory.max"), "what does not count, such as files, is not taken from it")
	require.Equal(t, "0ax\n", content("memory.swap.max"), "the kernel's file is no text to write over")
	forMemory, forBound := g.Kills()
	require.True(t, forMemory && forBound)
	g.Remove()
	require.DirExists(t, root, "what is not empty stays")
	_, err = (&osproc.Group{}).Held()
	require.Error(t, err)
}

// TestGroupsOfTheKernel is with real groups where this process may make them, and
// otherwise requires that it is said why not.
func TestGroupsOfTheKernel(t *testing.T) {
	t.Parallel()
	groups, err := osproc.OwnGroups()
	if err != nil {
		require.Regexp(t, "control group|does not start", err.Error())
		t.Log("without control groups:", err)
		return
	}
	group, err := groups.New()
	require.NoError(t, err)
	// What has a session of its own and no parent counts, and is killed, too.
	cmd := exec.Command("/bin/sh", "-c", "(setsid sleep 60 &); echo up; read x; exec head -c 200m /dev/zero | tail")
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	child, err := osproc.StartIn(group, cmd)
	require.NoError(t, err)
	line(t, bufio.NewReader(out))
	before, err := child.Group().Held()
	require.NoError(t, err)
	require.Positive(t, before)
	_, err = child.Group().Bound(before + 16<<20)
	require.NoError(t, err)
	began := time.Now()
	_, err = in.Write([]byte("\n"))
	require.NoError(t, err)
	status := child.Wait()
	require.NoError(t, status.Err)
	require.Equal(t, os.Kill, osproc.Signal(status.State))
	require.True(t, status.OOM && status.Bound)
	require.Less(t, time.Since(began), patience)
	_, err = group.Held()
	require.ErrorContains(t, err, "tells nothing", "it has been removed")
}
