package main

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
)

//go:embed breast_cancer.csv
var file string

// sample is one tumour: its features, and whether it is benign, 1 or 0.
type sample struct {
	features []float64
	class    float64
}

// samples reads the data set, once in each worker. They must not be changed.
var samples = sync.OnceValues(func() (all []sample, err error) {
	_, rows, _ := strings.Cut(file, "\n") // the first line is no sample
	records, err := csv.NewReader(strings.NewReader(rows)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("breast_cancer.csv: %w", err)
	}
	for i, record := range records {
		values := make([]float64, len(record))
		for j, text := range record {
			if values[j], err = strconv.ParseFloat(text, 64); err != nil {
				return nil, fmt.Errorf("breast_cancer.csv:%d: %w", i+2, err)
			}
		}
		last := len(values) - 1
		all = append(all, sample{values[:last], values[last]})
	}
	return all, nil
})

// split deals samples out to n folds, of each class as many to every fold as
// goes.
func split(all []sample, n int, r *rand.Rand) [][]sample {
	folds := make([][]sample, n)
	dealt := map[float64]int{}
	for _, i := range r.Perm(len(all)) {
		s := all[i]
		fold := dealt[s.class] % n
		dealt[s.class]++
		folds[fold] = append(folds[fold], s)
	}
	return folds
}

// scaler brings features to mean 0 and deviation 1.
type scaler struct{ mean, deviation []float64 }

// scalerOf learns from training samples alone: what is tested on must not tell
// anything of itself.
func scalerOf(training []sample) scaler {
	n := len(training[0].features)
	sc := scaler{make([]float64, n), make([]float64, n)}
	for _, s := range training {
		for i, x := range s.features {
			sc.mean[i] += x / float64(len(training))
		}
	}
	for i := range n {
		var variance float64
		for _, s := range training {
			d := s.features[i] - sc.mean[i]
			variance += d * d / float64(len(training))
		}
		sc.deviation[i] = math.Sqrt(variance)
	}
	return sc
}

func (sc scaler) scaled(all []sample) []sample {
	out := make([]sample, len(all))
	for k, s := range all {
		features := make([]float64, len(s.features))
		for i, x := range s.features {
			features[i] = (x - sc.mean[i]) / sc.deviation[i]
		}
		out[k] = sample{features, s.class}
	}
	return out
}
