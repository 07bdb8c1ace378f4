//go:build linux

package journal_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
	"github.com/signalbox-go/signalbox/framework/eventplugin"
	"github.com/signalbox-go/signalbox/framework/executor/local"
	"github.com/signalbox-go/signalbox/framework/scheduler"
	"github.com/signalbox-go/signalbox/plugins/journal"
	"github.com/signalbox-go/signalbox/plugins/journal/reader"
)

// forms are the ways in which a journal may be written.
var forms = map[string]config{
	"plain":               nil,
	"synced":              {"sync": "0s"},
	"compressed":          {"compress": true},
	"rotated":             {"max_size_mib": 1},
	"with payloads":       {"payloads": true},
	"rotated, compressed": {"max_size_mib": 1, "compress": true, "payloads": true},
}

func TestEveryFutureIsThereOnceInEachState(t *testing.T) {
	t.Parallel()
	for name, c := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, t.TempDir(), c)
			r.submitAtStart(mixed(3000)...)
			r.run()
			requireWhole(t, entries(t, r.path), 3000)
			rotated, err := reader.Rotated(r.path)
			require.NoError(t, err)
			require.Equal(t, name == "rotated", len(rotated) > 0, "%v", rotated)
		})
	}
}

func TestFaultItStaysWholeWhenItIsKilled(t *testing.T) {
	t.Parallel()
	for name, c := range forms {
		for seed := range uint64(2) {
			t.Run(fmt.Sprintf("%s, seed %d", name, seed), func(t *testing.T) {
				t.Parallel()
				const calls = 4000
				r := newRig(t, t.TempDir(), c)
				r.submitAtStart(mixed(calls)...)
				random := rand.New(rand.NewPCG(seed, 0))
				killed := 0
				at := map[int]bool{}
				for len(at) < 4 {
					at[random.IntN(calls)] = true
				}
				r.OnFutureDone.Do(func(e scheduler.FutureDone) {
					if at[int(e.Future.ID())] {
						r.kill()
						killed++
					}
				})
				r.run()
				require.Equal(t, len(at), killed)
				requireWhole(t, entries(t, r.path), calls)
				p := r.hub.Reports()[0]
				require.NoError(t, p.Err)
				require.NotZero(t, p.Restarts)
				require.Zero(t, p.Missed)
				require.Zero(t, p.Undelivered)
			})
		}
	}
}

func TestFaultItStaysWholeWhenItIsKilledAtItsBeginningAndEnd(t *testing.T) {
	t.Parallel()
	r := newRig(t, t.TempDir(), nil)
	r.submitAtStart(mixed(100)...)
	r.OnStart.Do(r.kill)
	r.OnFinished.Do(r.kill)
	r.run()
	requireWhole(t, entries(t, r.path), 100)
}

func TestEveryLineIsACloudEvent(t *testing.T) {
	t.Parallel()
	r := newRig(t, t.TempDir(), config{"payloads": true})
	r.submitAtStart(1, -1, -2)
	mine := event.New[map[string]string]("mine \"quoted\", \x01")
	r.double.OnResult.Do(func(scheduler.Result[int]) {
		event.Emit(r.Scheduler, mine, map[string]string{"a": "b"})
		event.Emit(r.double, mine, nil)
	})
	r.OnEmpty.Do(func() { r.StopWith("enough", nil) })
	r.run()
	all := entries(t, r.path)
	ids := map[string]bool{}
	for _, e := range all {
		var l map[string]any
		require.NoError(t, json.Unmarshal(e.Line, &l))
		require.Equal(t, "1.0", l["specversion"])
		require.Regexp(t, `^/signalbox/[0-9a-f-]{36}/\d+$`, l["source"])
		require.Regexp(t, `^io\.github\.signalbox-go\.[a-z]+$`, l["type"])
		require.Equal(t, "test", l["run"])
		require.Regexp(t, `^\d{16}$`, l["sequence"])
		require.NotEmpty(t, l["id"])
		require.False(t, ids[l["id"].(string)], l["id"])
		ids[l["id"].(string)] = true
		_, err := time.Parse(time.RFC3339Nano, l["time"].(string))
		require.NoError(t, err)
		for name, value := range l {
			if name == "data" || name == "data_base64" {
				continue
			}
			require.Regexp(t, regexp.MustCompile(`^[a-z0-9]{1,20}$`), name)
			switch value.(type) {
			case string, float64:
			default:
				require.Fail(t, "an attribute is no text and no number", "%s: %v", name, value)
			}
		}
	}
	byType := map[string][]reader.Entry{}
	for _, e := range all {
		byType[e.Type] = append(byType[e.Type], e)
	}
	only := func(typ string) *reader.Entry {
		require.Len(t, byType[typ], 1, typ)
		return &byType[typ][0]
	}
	result := only(reader.TypeResult)
	require.Equal(t, "double", result.Task)
	require.Equal(t, uint64(1), result.Future)
	require.Equal(t, 1, result.Attempt)
	require.Equal(t, "2", string(result.Data))
	require.Equal(t, []string{"on_future_done", "on_future_result", "on_done", "on_result"}, result.Events)
	require.Equal(t, []string{"on_future_submitted", "on_submitted"}, byType[reader.TypeSubmitted][0].Events)
	require.Equal(t, "-1", string(byType[reader.TypeSubmitted][1].Data))

	var failure reader.Failure
	require.NoError(t, byType[reader.TypeException][0].Decode(&failure))
	require.Equal(t, reader.Failure{Kind: "error", Message: "negative"}, failure)
	require.NoError(t, byType[reader.TypeException][1].Decode(&failure))
	require.Equal(t, "panic", failure.Kind)
	require.Contains(t, failure.Stack, "rig_test.go")

	require.Len(t, byType[reader.TypeEmitted], 2)
	for i, e := range byType[reader.TypeEmitted] {
		require.Equal(t, []string{mine.Name()}, e.Events)
		require.Equal(t, []string{"", "double"}[i], e.Task)
		require.Equal(t, []string{`{"a":"b"}`, "null"}[i], string(e.Data))
	}
	var stop reader.Stop
	require.NoError(t, only(reader.TypeStop).Decode(&stop))
	require.Equal(t, reader.Stop{Message: "enough"}, stop)
	var run reader.Run
	require.NoError(t, only(reader.TypeRun).Decode(&run))
	require.Equal(t, reader.Run{Name: "test", Ref: r.Ref(), Tasks: []reader.Task{{Name: "double", Code: "double", Input: "int", Output: "int", ContentType: "application/json"}},
		Executors: []reader.Executor{{Name: run.Executors[0].Name, Kind: run.Executors[0].Kind, Workers: 2}}}, run)
	var sum reader.Summary
	require.NoError(t, only(reader.TypeSummary).Decode(&sum))
	require.Equal(t, "stopped", sum.Exit)
	require.Equal(t, uint64(3), sum.Events["double.on_submitted"])
	require.Positive(t, sum.Elapsed)
}

func TestPayloadsAreThereIfAskedFor(t *testing.T) {
	t.Parallel()
	r := newRig(t, t.TempDir(), nil)
	r.submitAtStart(1)
	r.run()
	for _, e := range entries(t, r.path) {
		if e.Future > 0 {
			require.Nil(t, e.Data, "%s", e.Line)
		}
	}

	r = newRig(t, t.TempDir(), config{"payloads": true})
	raw := scheduler.NewTask(r.Scheduler, reverse)
	cbor := scheduler.NewTask(r.Scheduler, halve)
	r.OnStart.Do(func() {
		_, err := raw.Submit([]byte{0, 1, 255})
		require.NoError(t, err)
		_, err = cbor.Submit(1)
		require.NoError(t, err)
	})
	r.run()
	seen := 0
	for _, e := range entries(t, r.path) {
		switch {
		case e.Task == "reverse" && e.Type == reader.TypeSubmitted:
			require.Equal(t, []byte{0, 1, 255}, e.Data)
		case e.Task == "reverse" && e.Type == reader.TypeResult:
			require.Equal(t, []byte{255, 1, 0}, e.Data)
		case e.Task == "halve" && e.Type == reader.TypeResult:
			require.Equal(t, "application/cbor", e.ContentType)
			require.Equal(t, []byte{0xfb, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0}, e.Data)
		default:
			continue
		}
		require.False(t, e.IsJSON)
		require.ErrorContains(t, e.Decode(new(int)), "are no JSON")
		seen++
	}
	require.Equal(t, 3, seen)
}

func TestRunsFollowEachOtherInAFile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]config{"plain": nil, "compressed": {"compress": true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			r := newRig(t, dir, c)
			r.submitAtStart(mixed(10)...)
			r.run()
			whole, err := os.ReadFile(r.path)
			require.NoError(t, err)
			// What a process has left that was killed in the middle of a write.
			require.NoError(t, os.WriteFile(r.path, append(whole, whole[:100]...), 0o600))

			r.run() // again, of the same scheduler
			require.Contains(t, r.logs.String(), `msg="a torn last line was cut off the journal"`)
			r = newRig(t, dir, c)
			r.submitAtStart(mixed(20)...)
			r.run()
			all := runs(entries(t, r.path))
			require.Len(t, all, 3)
			requireWhole(t, all[0], 10)
			requireWhole(t, all[1], 10)
			requireWhole(t, all[2], 20)
		})
	}
}

func TestItStaysForAnotherRun(t *testing.T) {
	t.Parallel()
	r := newRig(t, t.TempDir(), nil, eventplugin.Stay())
	defer r.hub.Close()
	r.submitAtStart(mixed(10)...)
	r.run()
	r.OnFutureSubmitted.Do(func(scheduler.FutureSubmitted) { r.kill() }, event.Limit(1))
	r.run()
	all := runs(entries(t, r.path))
	require.Len(t, all, 2)
	requireWhole(t, all[0], 10)
	require.Equal(t, reader.TypeSummary, all[1][len(all[1])-1].Type)
	require.Len(t, all[1], len(all[0]))
	require.NotZero(t, r.hub.Reports()[0].Restarts)
}

func TestOldFilesAreRemoved(t *testing.T) {
	t.Parallel()
	r := newRig(t, t.TempDir(), config{"max_size_mib": 1, "max_backups": 2})
	r.submitAtStart(mixed(10_000)...)
	r.run()
	rotated, err := reader.Rotated(r.path)
	require.NoError(t, err)
	require.Len(t, rotated, 2)
	require.Greater(t, rotated[0], 1)
	all := entries(t, r.path)
	require.Equal(t, reader.TypeRun, all[0].Type, "each file says of what run it is")
	require.Equal(t, reader.TypeSummary, all[len(all)-1].Type)
	for i := 1; i < len(all); i++ {
		if all[i].Record() {
			require.Equal(t, all[i-1].Seq+1, all[i].Seq)
		}
	}
}

func TestARemovedFileIsToldAsAGap(t *testing.T) {
	t.Parallel()
	r := newRig(t, t.TempDir(), nil)
	r.submitAtStart(mixed(100)...)
	r.OnFinishing.Do(func() {
		for r.hub.Reports()[0].Acknowledged < 200 {
			<-time.After(time.Millisecond)
		}
		require.NoError(t, os.Remove(r.path))
		r.kill()
	})
	r.run()
	all := entries(t, r.path)
	require.Equal(t, []string{reader.TypeRun, reader.TypeGap}, []string{all[0].Type, all[1].Type})
	var g reader.Gap
	require.NoError(t, all[1].Decode(&g))
	require.Equal(t, uint64(1), g.First)
	require.Equal(t, g.Last+1, all[2].Seq)
	require.Contains(t, r.logs.String(), "its file was removed or replaced")
}

func TestALostJournalStopsTheRun(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "there")
	require.NoError(t, os.Mkdir(dir, 0o700))
	r := newRig(t, dir, config{"max_size_mib": 1})
	r.OnStart.Do(func() { require.NoError(t, os.RemoveAll(dir)) }) // so that the file cannot be rotated
	r.OnStart.Do(func() {
		_, err := r.double.Submit(1)
		require.NoError(t, err)
	})
	r.double.OnDone.Do(func(scheduler.Done) { _, _ = r.double.Submit(1) }) // until the run is stopped
	exit := r.run()
	require.Equal(t, "a lossless event plugin was lost", exit.Message)
	require.ErrorContains(t, exit.Err, "file: it cannot be written")
	require.Contains(t, r.logs.String(), "the file cannot be rotated")
}

// TestFaultAFullDiskStopsTheRun has the journal's process be allowed files of a few
// KiB only.
func TestFaultAFullDiskStopsTheRun(t *testing.T) {
	t.Parallel()
	program, err := os.Executable()
	require.NoError(t, err)
	script := filepath.Join(t.TempDir(), "limited")
	require.NoError(t, os.WriteFile(script, []byte("#!/bin/sh\nulimit -f 64\nexec '"+program+"'\n"), 0o700))
	r := newRig(t, t.TempDir(), nil)
	hub := eventplugin.New(eventplugin.Plugin(script, eventplugin.Part("journal"), eventplugin.Config(config{"file": r.path})))
	s := scheduler.New(local.Pool(1), scheduler.Observed(hub), scheduler.Logger(slog.New(slog.NewTextHandler(r.logs, nil))))
	task := scheduler.NewTask(s, double)
	s.OnStart.Do(func() { _, _ = task.Submit(1) })
	task.OnDone.Do(func(scheduler.Done) { _, _ = task.Submit(1) }) // until the run is stopped
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	exit, err := s.Run(ctx)
	require.Equal(t, "a lossless event plugin was lost", exit.Message)
	require.ErrorContains(t, err, "bytes of lines cannot be written: write "+r.path+": file too large")
	j, err := reader.Open(r.path)
	require.NoError(t, err)
	defer func() { require.NoError(t, j.Close()) }()
	seq := uint64(0)
	for e, err := range j.Entries() {
		require.NoError(t, err)
		if e.Record() {
			seq++
			require.Equal(t, seq, e.Seq)
		}
	}
	require.GreaterOrEqual(t, seq, hub.Reports()[0].Acknowledged, "what was acknowledged is there")
	require.NotZero(t, seq)
}

func TestMistakesAreFoundBeforeTheRun(t *testing.T) {
	t.Parallel()
	write := func(text string) func(*testing.T, string) {
		return func(t *testing.T, path string) { require.NoError(t, os.WriteFile(path, []byte(text), 0o600)) }
	}
	line := reader.LinePrefix + `r/1","run":"x","type":"io.github.signalbox-go.start","id":"1","sequence":"1","time":"2026-01-02T03:04:05Z"}` + "\n"
	for name, c := range map[string]struct {
		config  config
		prepare func(*testing.T, string)
		text    string
	}{
		"no file":         {config{"file": nil}, nil, "configuration: file is missing"},
		"empty file name": {config{"file": ""}, nil, "configuration: file: is empty"},
		"no folder":       {config{"file": "/no/such/folder/j"}, nil, "configuration: file: it cannot be written: open /no/such/folder/j: no such file"},
		"folder":          {nil, func(t *testing.T, path string) { require.NoError(t, os.Mkdir(path, 0o700)) }, "file: it cannot be written"},
		"device":          {config{"file": "/dev/null"}, nil, "/dev/null is no regular file"},
		"something else":  {nil, write("{\"task\": 1}\n"), `cannot be gone on with: this is no line of a journal: it begins with "{\"task\": 1}\n"`},
		"torn, else":      {nil, write("{\"task\""), `this is no line of a journal`},
		"last line":       {nil, write(line + "{}\n"), `its last line: this is no line of a journal`},
		"compressed now":  {config{"compress": true}, write(line), "configuration: compress: "},
		"size":            {config{"max_size_mib": -1}, nil, "configuration: max_size_mib: -1 is out of range"},
		"backups":         {config{"max_size_mib": 1, "max_backups": -1}, nil, "configuration: max_backups: -1 is out of range"},
		"only backups":    {config{"max_backups": 1}, nil, "configuration: max_backups: there are none without max_size_mib"},
		"sync":            {config{"sync": "-1s"}, nil, "configuration: sync: -1s is out of range"},
		"no duration":     {config{"sync": "often"}, nil, `configuration: sync: "often" is no duration`},
		"unknown":         {config{"fiel": "x"}, nil, `there is no attribute "fiel": there are file, payloads, compress, max_size_mib, max_backups, sync`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, t.TempDir(), c.config)
			if c.prepare != nil {
				c.prepare(t, r.path)
			}
			before, _ := os.ReadFile(r.path)
			started := false
			r.OnStart.Do(func() { started = true })
			_, err := r.Run(t.Context())
			require.ErrorContains(t, err, c.text)
			require.False(t, started)
			after, _ := os.ReadFile(r.path)
			require.Equal(t, string(before), string(after), "the file is as it was")
		})
	}
	t.Run("written by another", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		r := newRig(t, dir, nil)
		r.OnStart.Do(func() {
			_, err := newRig(t, dir, nil).Run(t.Context())
			require.ErrorContains(t, err, "journal.jsonl is being written by another journal")
		})
		r.run()
		require.Len(t, runs(entries(t, r.path)), 1)
	})
}

func TestAProgramConfiguresItByAStruct(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	r := newRig(t, t.TempDir(), nil, eventplugin.Config(journal.Config{File: path, Compress: true, Sync: new(time.Duration)}))
	r.submitAtStart(1)
	r.run()
	requireWhole(t, entries(t, path), 1)
}

// TestCompressedIsSmaller also requires that it is what any program for zstd
// reads: frames, one after the other.
func TestCompressedIsSmaller(t *testing.T) {
	t.Parallel()
	var sizes []int
	for _, c := range []config{nil, {"compress": true}} {
		r := newRig(t, t.TempDir(), c)
		r.submitAtStart(mixed(2000)...)
		r.run()
		data, err := os.ReadFile(r.path)
		require.NoError(t, err)
		sizes = append(sizes, len(data))
		require.Equal(t, c == nil, strings.HasPrefix(string(data), reader.LinePrefix))
	}
	require.Less(t, sizes[1]*5, sizes[0])
}
