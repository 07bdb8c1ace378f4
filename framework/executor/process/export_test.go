package process

// Held returns how many calls each worker holds, for tests that must know that
// what they cancel or kill was sent and not begun.
func (e *Executor) Held() []int {
	e.mu.Lock()
	defer e.mu.Unlock()
	var held []int
	for _, w := range e.workers {
		held = append(held, w.window.len)
	}
	return held
}
