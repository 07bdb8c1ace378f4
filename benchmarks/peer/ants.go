package peer

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/panjf2000/ants/v2"
)

// Ants submits n functions to a goroutine pool.
func Ants(n, workers int) (time.Duration, error) {
	pool, err := ants.NewPool(workers)
	if err != nil {
		return 0, err
	}
	defer pool.Release()
	var sum atomic.Int64
	var wg sync.WaitGroup
	wg.Add(n)
	began := time.Now()
	for i := range n {
		if err := pool.Submit(func() { sum.Add(int64(i + 2)); wg.Done() }); err != nil {
			return 0, err
		}
	}
	wg.Wait()
	return time.Since(began), checkTotal(int(sum.Load()), sumOfNext(n))
}
