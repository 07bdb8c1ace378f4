package view

import (
	"math"
	"strconv"
)

// String returns the progress in a few words, such as "3/10 epoch 3", or only
// the text where there are no numbers.
func (p Progress) String() string {
	out := ""
	if p.Done != 0 || p.Total != 0 || p.Text == "" {
		out = short(p.Done)
	}
	if p.Total != 0 {
		out += "/" + short(p.Total)
	}
	if out != "" && p.Text != "" {
		out += " "
	}
	return out + p.Text
}

// manyDigits is from where on a number is shown with an exponent.
const manyDigits = 1e15

// short shows a number with two digits behind its point at most.
func short(x float64) string {
	if math.Abs(x) >= manyDigits || x != 0 && math.Abs(x) < 0.005 {
		return strconv.FormatFloat(x, 'g', 3, 64)
	}
	return strconv.FormatFloat(math.Round(x*100)/100, 'f', -1, 64)
}
