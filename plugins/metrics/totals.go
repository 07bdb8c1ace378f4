package metrics

import (
	"sync"

	"github.com/signalbox-go/signalbox/sdk"
)

const (
	// maxNames bounds the tasks, and the events that are emitted by hand, that
	// are told apart; the state has to fit into a checkpoint.
	maxNames = 1000
	// maxKinds bounds the kinds of exceptions of a task that are told apart.
	maxKinds = 32
	// other stands for all that are not.
	other = "other"
	// missed is the kind of exceptions that are known only by their number.
	missed = "missed"
)

// Phases of a run.
var phases = []string{"starting", "running", "finishing", "finished"}

// totals is all that is counted. It is the plugin's checkpoint: exported fields
// are what the next process goes on with. Callbacks change it, one at a time
// and with mu held; scrapes read it with mu held.
type totals struct {
	mu sync.Mutex

	Port   int               `json:"port"` // where the page is
	Phase  string            `json:"phase"`
	Start  float64           `json:"start"` // of the run, in seconds since the Unix epoch
	Tasks  []*task           `json:"tasks"`
	Events []*emitted        `json:"events"` // those that do not follow from Tasks
	Ended  map[string]uint64 `json:"ended"`  // runs, by exit
	Gaps   uint64            `json:"gaps"`
	Host   sdk.Gauges        `json:"host"` // what the host said last
	// Plugins are by name.
	Plugins map[string]*plugin `json:"plugins"`

	byTask  map[string]*task
	byEvent map[address]*emitted
}

// task is what is counted of one task. The one without a name stands for calls
// that were submitted without a task.
type task struct {
	Name      string           `json:"name"`
	Submitted uint64           `json:"submitted"`
	Results   uint64           `json:"results"`
	Cancelled uint64           `json:"cancelled"`
	Failed    uint64           `json:"failed"`
	Kinds     map[string]int64 `json:"kinds,omitempty"` // of Failed
	Duration  histogram        `json:"duration"`
	Wait      histogram        `json:"wait"`
}

// address names an event. The task is empty for the scheduler's.
type address struct{ task, event string }

// emitted counts an event.
type emitted struct {
	Task  string `json:"task,omitempty"`
	Event string `json:"event"`
	Count uint64 `json:"count"`
}

// plugin is what is counted of an event plugin. Its process, and what the host
// counts with it, may begin anew with a run.
type plugin struct {
	Restarts rising `json:"restarts"`
	Missed   rising `json:"missed"`
}

// rising is the total of a number that may begin anew.
type rising struct {
	Last  uint64 `json:"last"`
	Total uint64 `json:"total"`
}

func (r *rising) see(now uint64) {
	if now >= r.Last {
		r.Total += now - r.Last
	} else {
		r.Total += now
	}
	r.Last = now
}

// index makes the maps over what a process before this one has left.
func (t *totals) index() {
	if t.byTask != nil {
		return
	}
	t.byTask, t.byEvent = map[string]*task{}, map[address]*emitted{}
	for _, k := range t.Tasks {
		t.byTask[k.Name] = k
	}
	for _, e := range t.Events {
		t.byEvent[address{e.Task, e.Event}] = e
	}
}

// expect begins to count tasks at 0.
func (t *totals) expect(tasks []sdk.TaskInfo) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, k := range tasks {
		t.task(k.Name)
	}
}

func (t *totals) task(name string) *task {
	t.index()
	k, ok := t.byTask[name]
	if !ok && len(t.Tasks) >= maxNames {
		name = other
		k, ok = t.byTask[name]
	}
	if !ok {
		k = &task{Name: name}
		t.Tasks = append(t.Tasks, k)
		t.byTask[name] = k
	}
	return k
}

func (t *totals) event(a address) *emitted {
	t.index()
	e, ok := t.byEvent[a]
	if !ok && len(t.Events) >= maxNames {
		a = address{event: other}
		e, ok = t.byEvent[a]
	}
	if !ok {
		e = &emitted{Task: a.task, Event: a.event}
		t.Events = append(t.Events, e)
		t.byEvent[a] = e
	}
	return e
}

func (k *task) fail(kind string, n uint64) {
	if k.Kinds == nil {
		k.Kinds = map[string]int64{}
	}
	if _, ok := k.Kinds[kind]; !ok && len(k.Kinds) >= maxKinds {
		kind = other
	}
	k.Kinds[kind] += int64(n)
	k.Failed += n
}

// record counts a record.
func (t *totals) record(r sdk.Record) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch r.Kind {
	case sdk.KindSubmitted:
		t.taskOf(r).Submitted++
	case sdk.KindResult:
		k := t.taskOf(r)
		k.Results++
		k.ran(r.Future)
	case sdk.KindException:
		k := t.taskOf(r)
		k.fail(sdk.KindOf(r.Err), 1)
		k.ran(r.Future)
	case sdk.KindCancelled:
		t.taskOf(r).Cancelled++
	default:
		for _, e := range r.Events {
			t.event(address{e.Task, e.Name}).Count++
		}
		t.enter(r.Kind)
		if r.Kind == sdk.KindStart {
			t.Start = float64(r.Time.UnixNano()) / 1e9
		}
	}
}

// taskOf returns the task of a record of a future. One without a task stands
// for no task's events.
func (t *totals) taskOf(r sdk.Record) *task {
	if r.Events[len(r.Events)-1].Task == "" {
		return t.task("")
	}
	return t.task(r.Future.Task)
}

func (k *task) ran(f sdk.FutureInfo) {
	if f.Elapsed <= 0 {
		return // nobody knows, such as of a worker that was lost
	}
	k.Duration.add(f.Elapsed)
	k.Wait.add(f.Wait)
}

func (t *totals) enter(k sdk.Kind) {
	switch k {
	case sdk.KindStart:
		t.Phase = "running"
	case sdk.KindFinishing:
		t.Phase = "finishing"
	case sdk.KindFinished:
		t.Phase = "finished"
	}
}

// note takes down how the host stands.
func (t *totals) note(g sdk.Gauges) {
	if g.Workers == 0 && g.LastSeq == 0 {
		return // it has not said yet
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hear(g)
}

func (t *totals) hear(g sdk.Gauges) {
	t.Host = g
	if t.Plugins == nil {
		t.Plugins = map[string]*plugin{}
	}
	for _, p := range g.Plugins {
		known, ok := t.Plugins[p.Name]
		if !ok {
			known = &plugin{}
			t.Plugins[p.Name] = known
		}
		known.Restarts.see(p.Restarts)
		known.Missed.see(p.Missed)
	}
}

// summary takes down the end of a run.
func (t *totals) summary(e sdk.Summary) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.Phase = "finished"
	if t.Ended == nil {
		t.Ended = map[string]uint64{}
	}
	t.Ended[e.Exit]++
	t.hear(e.Gauges)
}
