package main

import (
	"os"
	"slices"

	"github.com/signalbox-go/signalbox/benchmarks/peer"
)

// processes is how many workers ours has, and how many processes the peers.
const processes = 2

// rig keeps the peers that have been started, until it is closed.
type rig struct {
	kept   map[string]any
	closes []func()
}

func newRig() *rig { return &rig{kept: map[string]any{}} }

func (r *rig) close() {
	for _, c := range slices.Backward(r.closes) {
		c()
	}
}

// keep returns what is kept by that name, and makes it first if need be.
func keep[T any](r *rig, name string, start func() (T, error), stop func(T)) (T, error) {
	if kept, ok := r.kept[name]; ok {
		return kept.(T), nil
	}
	v, err := start()
	if err == nil {
		r.kept[name] = v
		r.closes = append(r.closes, func() { stop(v) })
	}
	return v, err
}

func (r *rig) grpc() (*peer.GRPC, error) {
	return keep(r, "grpc", func() (*peer.GRPC, error) { return peer.StartGRPC(processes) }, (*peer.GRPC).Stop)
}

func (r *rig) netRPC() (*peer.NetRPC, error) {
	return keep(r, "netrpc", func() (*peer.NetRPC, error) { return peer.StartNetRPC(processes) }, (*peer.NetRPC).Stop)
}

func (r *rig) loops() (*peer.Loops, error) {
	return keep(r, "loops", func() (*peer.Loops, error) { return peer.StartLoops(processes) }, (*peer.Loops).Stop)
}

func (r *rig) python() (*peer.Python, error) {
	return keep(r, "python", func() (*peer.Python, error) {
		folder, err := r.folder()
		if err != nil {
			return nil, err
		}
		return peer.StartPython(folder, processes)
	}, (*peer.Python).Stop)
}

// folder is for files that are removed in the end.
func (r *rig) folder() (string, error) {
	return keep(r, "folder", func() (string, error) { return os.MkdirTemp("", "benchmarks-") }, func(f string) { os.RemoveAll(f) })
}
