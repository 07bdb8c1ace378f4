package scheduler

// keptLost is how many lost workers are kept.
const keptLost = 16

// lostWorkers are the most recent ones. They are guarded by Scheduler.mu.
type lostWorkers []WorkerEvent

func (l *lostWorkers) add(e WorkerEvent) {
	if len(*l) == keptLost {
		*l = append((*l)[:0], (*l)[1:]...)
	}
	*l = append(*l, e)
}

// LostWorkers returns the workers that were lost most recently, the latest last:
// 16 at most.
func (s *Scheduler) LostWorkers() []WorkerEvent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]WorkerEvent(nil), s.lost...)
}
