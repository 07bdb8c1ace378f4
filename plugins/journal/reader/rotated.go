package reader

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// rotatedDigits is how many digits a rotated file's number has.
const rotatedDigits = 6

// RotatedName returns the name of the n-th file that was rotated, from 1: that of
// the journal, a dot and the number. Higher numbers are younger.
func RotatedName(path string, n int) string { return fmt.Sprintf("%s.%0*d", path, rotatedDigits, n) }

// Rotated returns the numbers of a journal's rotated files, the oldest first.
func Rotated(path string) ([]int, error) {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	var out []int
	for _, e := range entries {
		digits, ok := strings.CutPrefix(e.Name(), filepath.Base(path)+".")
		if !ok || len(digits) < rotatedDigits || !e.Type().IsRegular() {
			continue
		}
		if n, err := strconv.ParseUint(digits, 10, 31); err == nil && RotatedName(path, int(n)) == path+"."+digits {
			out = append(out, int(n))
		}
	}
	slices.Sort(out)
	return out, nil
}

// oldestBehind returns the number of the oldest rotated file that is younger
// than that of a number, 0 for none.
func oldestBehind(path string, number int) (int, error) {
	numbers, err := Rotated(path)
	if err != nil {
		return 0, err
	}
	for _, n := range numbers {
		if n > number {
			return n, nil
		}
	}
	return 0, nil
}

// numberOf finds which of the rotated files a file has become, 0 for none: it
// was removed.
func numberOf(path string, file *os.File) (int, error) {
	own, err := file.Stat()
	if err != nil {
		return 0, err
	}
	numbers, err := Rotated(path)
	if err != nil {
		return 0, err
	}
	for _, n := range numbers {
		switch info, err := os.Stat(RotatedName(path, n)); {
		case err == nil && os.SameFile(own, info):
			return n, nil
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return 0, err
		}
	}
	return 0, nil
}
