package journal

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/plugins/journal/reader"
	"github.com/signalbox-go/signalbox/sdk"
)

// Plugin returns the event plugin, for sdk.Serve and sdk.ServeIfPlugin.
func Plugin() sdk.Part { return sdk.EventPlugin(Name, setUp, sdk.Lossless(), sdk.EndOnPanic()) }

// journal writes lines.
type journal struct {
	enc  encoder
	w    *writer
	run  reader.Run
	from time.Time
	last uint64 // record that was written last
	over bool   // the last line is a summary
}

func setUp(s *sdk.Scheduler, c Config) error {
	if err := c.check(); err != nil {
		return err
	}
	w, end, err := openWriter(c)
	if err != nil {
		return err
	}
	j := &journal{w: w, run: runOf(s.Run())}
	w.begin, w.fail = j.appendRun, s.Fail
	if c.Payloads {
		s.WantInput()
		s.WantResults()
	}
	j.goOn(s, end)
	s.OnRecord.Do(func(r sdk.Record) {
		if err := j.record(&r); err != nil {
			s.Fail(err)
		}
	})
	s.OnGap.Do(func(g sdk.Gap) { j.gap(g.First, g.Last, g.Missed) })
	s.OnSummary.Do(j.summary)
	s.OnAcknowledge(w.flush)
	s.OnFlush(func(context.Context) error {
		if err := w.finish(); err != nil {
			s.Fail(err)
		}
		return nil
	})
	return nil
}

// goOn finds out whether the last line of the file was written by a process
// before this one, which it then goes on behind; otherwise a run begins.
func (j *journal) goOn(s *sdk.Scheduler, end *reader.Entry) {
	run := s.Run()
	acknowledged, again := s.Resumed()
	if end != nil {
		ref, started, _ := strings.Cut(strings.TrimPrefix(end.Source, reader.SourcePrefix), "/")
		nanos, err := strconv.ParseInt(started, 10, 64)
		// A plugin that has acknowledged something may be in a later run of the
		// same scheduler than the one that it was attached to.
		if err == nil && again && ref == run.Ref && (acknowledged > 0 || nanos == run.Started.UnixNano()) {
			j.of(run.Ref, time.Unix(0, nanos))
			j.last, j.over = end.Seq, end.Type == reader.TypeSummary
			s.ResumeAfter(end.Seq)
			return
		}
	}
	j.of(run.Ref, run.Started)
	j.w.lines = j.appendRun(j.w.lines)
	if acknowledged > 0 {
		slog.Error("the journal does not have what a process before has written: its file was removed or replaced", "file", j.w.path, "records", acknowledged)
		j.gap(1, acknowledged, nil)
	}
}

// of has the following lines be of a run.
func (j *journal) of(ref string, started time.Time) {
	j.from = started
	j.enc.of(fmt.Sprintf("%s%s/%d", reader.SourcePrefix, ref, started.UnixNano()), j.run.Name)
}

func runOf(r sdk.Run) reader.Run {
	out := reader.Run{Name: r.Name, Ref: r.Ref, Tasks: []reader.Task{}, Executors: []reader.Executor{}, Timeout: r.Timeout.Seconds(),
		KeepsRunning: r.KeepsRunning, KillsAtEnd: r.KillsAtEnd}
	for _, t := range r.Tasks {
		out.Tasks = append(out.Tasks, reader.Task{Name: t.Name, Code: t.Code, Input: t.InputType, Output: t.OutputType, ContentType: t.ContentType})
	}
	for _, e := range r.Executors {
		out.Executors = append(out.Executors, reader.Executor{Name: e.Name, Kind: e.Kind, Workers: e.Workers})
	}
	return out
}

func (j *journal) appendRun(b []byte) []byte {
	return j.enc.end(j.enc.begin(b, reader.TypeRun, "run", j.last, j.from), j.run)
}

func (j *journal) record(r *sdk.Record) error {
	if r.Kind == sdk.KindStart && j.over {
		// The plugin stays for another run of the scheduler.
		j.of(j.run.Ref, r.Time)
		j.w.lines = j.appendRun(j.w.lines)
	}
	if r.Kind == sdk.KindStart {
		j.over = false
	}
	j.w.start()
	j.last = r.Seq
	j.w.lines = j.enc.record(j.w.lines, r)
	if len(j.w.lines) >= flushAt {
		return j.w.flush()
	}
	return nil
}

func (j *journal) gap(first, last uint64, missed map[string]uint64) {
	j.w.start()
	j.last = last
	id := fmt.Sprintf("gap-%d-%d", first, last)
	j.w.lines = j.enc.end(j.enc.begin(j.w.lines, reader.TypeGap, id, last, time.Now()), reader.Gap{First: first, Last: last, Missed: missed})
}

func (j *journal) summary(e sdk.Summary) {
	if j.over {
		return // a process that died has written it
	}
	j.over = true
	j.w.start()
	data := reader.Summary{Exit: e.Exit, Message: e.Message, Error: failureOf(e.Err), Elapsed: e.Elapsed.Seconds(), Records: e.Records, Missed: e.Missed,
		Events: e.Events, Workers: reader.Workers{Started: e.Gauges.WorkersStarted, Lost: e.Gauges.WorkersLost}}
	for _, r := range e.Refused {
		data.Refused = append(data.Refused, reader.Refused{Task: r.Task, Reason: r.Reason, Count: r.Count})
	}
	j.w.lines = j.enc.end(j.enc.begin(j.w.lines, reader.TypeSummary, "summary", j.last, time.Now()), data)
}
