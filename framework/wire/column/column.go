// Package column writes and reads those lists of a frame of which one value may
// count for all items: where all agree, which is the rule, a list of one says
// so. Host and plugin share it.
package column

// Append adds the value of the next item to a list that stands for n items.
func Append[T comparable](list []T, n int, v T) []T {
	switch {
	case n == 0:
		return append(list[:0], v)
	case len(list) == 1 && list[0] == v:
		return list
	case len(list) == 1:
		for range n - 1 { // from here on each item has its own
			list = append(list, list[0])
		}
	}
	return append(list, v)
}

// At returns the value of item i of n. It is false for a list that is empty or
// of another length.
func At[T any](list []T, n, i int) (v T, ok bool) {
	switch len(list) {
	case n:
		return list[i], true
	case 1:
		return list[0], true
	}
	return v, false
}

// Fits reports whether a list can stand for n items; an empty one can.
func Fits[T any](list []T, n int) bool { return len(list) <= 1 || len(list) == n }
