package eventplugin

import (
	"slices"
	"sync"

	"github.com/signalbox-go/signalbox/framework/scheduler"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// Size of the log.
const (
	// LogRecords is how many records the log holds at most.
	LogRecords = 1 << 16
	// LogBytes is how many bytes the records in the log may have together.
	LogBytes = 64 << 20
)

// eventLog holds the last of what has happened, in memory. The scheduler's
// loop appends to it and never waits; every plugin reads it at its own pace.
// What does not fit is evicted, unless somebody must not miss it.
type eventLog struct {
	mu      sync.Mutex
	topics  *topics
	ring    []record
	head    int    // of ring, where tail is
	len     int    // records in ring
	tail    uint64 // sequence number of the first record
	bytes   int
	counts  []uint64 // emissions by topic
	evicted []uint64 // of them, those in records before tail
	readers []*reader
}

func newEventLog() *eventLog { return &eventLog{topics: newTopics(), tail: 1} }

// last returns the sequence number of the last record, 0 for none. l.mu is held.
func (l *eventLog) last() uint64 { return l.tail + uint64(l.len) - 1 }

// reader is one plugin's place in the log. Its fields are guarded by the log's
// lock.
type reader struct {
	cursor   uint64   // last record that was read
	counts   []uint64 // emissions by topic, as of cursor
	lossless bool
	excused  bool // it does not have dispatch paused for now
	sleeping bool
	wake     chan struct{} // has room for one
}

func (r *reader) poke() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// append adds a record of o, and reports whether a lossless reader is half a log
// behind.
func (l *eventLog) append(o *scheduler.Occurrence) (slow bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.next()
	l.topics.record(r, o)
	for len(l.counts) < len(l.topics.all) {
		l.counts = append(l.counts, 0)
	}
	for i := range r.events {
		n := r.topics[i]
		l.counts[n]++
		r.ordinals[i] = l.counts[n]
	}
	l.bytes += r.size()
	for l.len > 1 && l.bytes > LogBytes && l.mayEvict() {
		l.evict()
	}
	for _, reader := range l.readers {
		if reader.sleeping {
			reader.sleeping = false
			reader.poke()
		}
		slow = slow || l.slow(reader, LogRecords/2)
	}
	return slow
}

// slow reports whether a reader is to have dispatch paused. l.mu is held.
func (l *eventLog) slow(r *reader, limit uint64) bool {
	return r.lossless && !r.excused && l.last()-r.cursor > limit
}

// anySlow reports whether dispatch, once paused, is to remain so.
func (l *eventLog) anySlow() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.readers {
		if l.slow(r, LogRecords/4) {
			return true
		}
	}
	return false
}

// excuse says whether a reader cannot help being slow: its plugin waits for a
// future, for which dispatch must go on.
func (l *eventLog) excuse(r *reader, excused bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r.excused = excused
}

// next makes room for a record, and returns it to be filled in.
func (l *eventLog) next() *record {
	if l.len >= LogRecords && l.mayEvict() {
		l.evict()
	}
	if l.len == len(l.ring) {
		l.grow()
	}
	l.len++
	return &l.ring[(l.head+l.len-1)%len(l.ring)]
}

// mayEvict reports whether the first record can go: all who must not miss it
// have read it.
func (l *eventLog) mayEvict() bool {
	for _, r := range l.readers {
		if r.lossless && r.cursor < l.tail {
			return false
		}
	}
	return true
}

func (l *eventLog) evict() {
	r := &l.ring[l.head]
	for len(l.evicted) < len(l.counts) {
		l.evicted = append(l.evicted, 0)
	}
	for i := range r.events {
		l.evicted[r.topics[i]] = r.ordinals[i]
	}
	l.bytes -= r.size()
	*r = record{}
	l.head = (l.head + 1) % len(l.ring)
	l.len--
	l.tail++
}

func (l *eventLog) grow() {
	next := make([]record, max(256, 2*len(l.ring)))
	for i := range l.len {
		next[i] = l.ring[(l.head+i)%len(l.ring)]
	}
	l.ring, l.head = next, 0
}

// attach adds a reader that reads what comes from now on. base is how often
// each event was emitted until now.
func (l *eventLog) attach() (r *reader, base []uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r = &reader{cursor: l.last(), counts: append([]uint64(nil), l.counts...), wake: make(chan struct{}, 1)}
	l.readers = append(l.readers, r)
	return r, append([]uint64(nil), l.counts...)
}

// keepFor says whether what a reader has not read must be kept.
func (l *eventLog) keepFor(r *reader, lossless bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r.lossless = lossless
}

// detach removes a reader, and reports whether it must not miss anything.
func (l *eventLog) detach(r *reader) (lossless bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.readers = slices.DeleteFunc(l.readers, func(other *reader) bool { return other == r })
	return r.lossless
}

// gap is what a reader missed.
type gap struct {
	first, last uint64
	missed      map[topic]uint64
}

// read returns up to len(into) records behind the reader's cursor, fewer once
// they have some bytes, and what it has missed before them. all are the
// addresses, and tasks the tasks, that the records refer to.
func (l *eventLog) read(r *reader, into []record, bytes int) (n int, first uint64, missed *gap, all []address, tasks []*pb.TaskInfo) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r.cursor+1 < l.tail {
		missed = &gap{first: r.cursor + 1, last: l.tail - 1, missed: map[topic]uint64{}}
		for t, n := range l.evicted {
			if seen := r.countOf(topic(t)); n > seen {
				missed.missed[topic(t)] = n - seen
				r.setCount(topic(t), n)
			}
		}
		r.cursor = l.tail - 1
	}
	first = r.cursor + 1
	for n < len(into) && bytes > 0 && r.cursor < l.last() {
		rec := &l.ring[(l.head+int(r.cursor+1-l.tail))%len(l.ring)]
		for i := range rec.events {
			r.setCount(rec.topics[i], rec.ordinals[i])
		}
		into[n] = *rec
		n++
		r.cursor++
		bytes -= len(rec.payload)
	}
	return n, first, missed, l.topics.all, l.topics.tasks
}

func (r *reader) countOf(t topic) uint64 {
	if int(t) < len(r.counts) {
		return r.counts[t]
	}
	return 0
}

func (r *reader) setCount(t topic, n uint64) {
	for len(r.counts) <= int(t) {
		r.counts = append(r.counts, 0)
	}
	r.counts[t] = n
}

// seek moves a reader back to behind a record, as far as the log goes.
func (l *eventLog) seek(r *reader, cursor uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if cursor < r.cursor {
		r.cursor = max(cursor, l.tail-1)
	}
}

// sleep has the reader woken by the next record. It reports false if there is
// one already.
func (l *eventLog) sleep(r *reader) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r.cursor < l.last() {
		return false
	}
	r.sleeping = true
	return true
}

// behind returns how many records the reader has not read, and the last
// record's number.
func (l *eventLog) behind(r *reader) (n, last uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last() - r.cursor, l.last()
}
