package job

import (
	"maps"
	"slices"
)

// LoadBlind loads a job file from memory without looking at the machine: no
// file is read, no program run.
func LoadBlind(name string, source []byte, opts Options) (*Job, error) {
	opts.blind = true
	return loadSource(name, source, opts)
}

// FunctionNames are those that expressions may call.
func FunctionNames() []string {
	return slices.Sorted(maps.Keys(functions(newMachine(".", true))))
}
