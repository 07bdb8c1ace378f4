package jsonenc

import (
	"math"
	"strconv"
)

// appendFloat appends a number in the shortest form that reads back as the same,
// as encoding/json writes it. It reports false for those that JSON has not.
//
// Most numbers that people deal with have few decimals. Such a one is an integer
// n of at most 15 digits divided by a power of ten that a float64 holds exactly,
// so that the division is rounded once and correctly: if it gives the number,
// then n and the place of its point read back as the number, too. As decimals of
// at most 15 digits are all different numbers (DBL_DIG of C), no other one that
// short does, and without the zeros at its end n is what is to be written. This
// takes a quarter of the time of the general case.
func appendFloat(b []byte, f float64, bits int) ([]byte, bool) {
	abs := math.Abs(f)
	switch {
	case math.IsInf(f, 0) || math.IsNaN(f):
		return b, false
	case bits == 64 && abs >= 1e-3 && abs < 1e15:
		for _, d := range decimals {
			scaled := abs * d.power
			if scaled >= 1e15 {
				break
			}
			if n := uint64(scaled); float64(n) == scaled && float64(n)/d.power == abs {
				return appendDecimal(b, f < 0, n, d.places), true
			}
		}
	}
	form := byte('f')
	if abs != 0 {
		if bits == 64 && (abs < 1e-6 || abs >= 1e21) || bits == 32 && (float32(abs) < 1e-6 || float32(abs) >= 1e21) {
			form = 'e'
		}
	}
	b = strconv.AppendFloat(b, f, form, -1, bits)
	if form == 'e' {
		// e-09 is written as e-9.
		if n := len(b); n >= 4 && b[n-4] == 'e' && (b[n-3] == '-' || b[n-3] == '+') && b[n-2] == '0' {
			b[n-2] = b[n-1]
			b = b[:n-1]
		}
	}
	return b, true
}

// decimals are the places behind the point that are tried.
var decimals = [...]struct {
	power  float64
	places int
}{{1, 0}, {1e2, 2}, {1e4, 4}, {1e7, 7}}

// appendDecimal appends n with a point before its last places, without zeros at
// its end behind the point.
func appendDecimal(b []byte, negative bool, n uint64, places int) []byte {
	if negative {
		b = append(b, '-')
	}
	for places > 0 && n%10 == 0 {
		n, places = n/10, places-1
	}
	if places == 0 {
		return strconv.AppendUint(b, n, 10)
	}
	var digits [20]byte
	at := len(digits)
	for ; places > 0; places-- {
		at--
		digits[at] = byte('0' + n%10)
		n /= 10
	}
	at--
	digits[at] = '.'
	return append(strconv.AppendUint(b, n, 10), digits[at:]...)
}
