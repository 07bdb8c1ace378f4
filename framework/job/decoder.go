package job

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// decoder reads the arguments of one block and collects its mistakes. Getters
// return the fallback for arguments that are absent or wrong.
type decoder struct {
	scope *scope
	attrs hcl.Attributes
	diags hcl.Diagnostics
}

// value evaluates an argument. Unknown is only what comes from a variable that
// is a mistake itself, about which enough has been said.
func (d *decoder) value(name string, want cty.Type) (cty.Value, hcl.Range, bool) {
	attr, ok := d.attrs[name]
	if !ok {
		return cty.NilVal, hcl.Range{}, false
	}
	at := attr.Expr.Range()
	v, diags := d.scope.eval(attr.Expr, want)
	d.diags = append(d.diags, diags...)
	if diags.HasErrors() {
		return cty.NilVal, at, false
	}
	if v.IsNull() {
		d.fail(at, "Value missing", "%s cannot be null: leave it out for its default.", name)
		return cty.NilVal, at, false
	}
	return v, at, v.IsWhollyKnown()
}

func (d *decoder) fail(at hcl.Range, summary, format string, args ...any) {
	d.diags = append(d.diags, mistake(at, summary, format, args...))
}

func (d *decoder) text(name, fallback string) string {
	v, _, ok := d.value(name, cty.String)
	if !ok {
		return fallback
	}
	return v.AsString()
}

// path is text that is not empty.
func (d *decoder) path(name, fallback string) string {
	v, at, ok := d.value(name, cty.String)
	switch {
	case !ok:
	case v.AsString() == "":
		d.fail(at, "Out of range", "%s cannot be empty.", name)
	case strings.ContainsRune(v.AsString(), 0):
		d.fail(at, "Out of range", "%s cannot contain a zero byte.", name)
	default:
		return v.AsString()
	}
	return fallback
}

func (d *decoder) bool(name string, fallback bool) bool {
	v, _, ok := d.value(name, cty.Bool)
	if !ok {
		return fallback
	}
	return v.True()
}

// whole is a whole number of at least low.
func (d *decoder) whole(name string, low, fallback int) int {
	return d.within(name, low, math.MaxInt32, fallback)
}

// within is a whole number of a range.
func (d *decoder) within(name string, low, high, fallback int) int {
	v, at, ok := d.value(name, cty.Number)
	if !ok {
		return fallback
	}
	n, problem := wholeOf(name, v, low, high)
	if problem != nil {
		d.fail(at, problem.summary, "%s", problem.detail)
		return fallback
	}
	return n
}

// wholeOf reads a number that is known.
func wholeOf(name string, v cty.Value, low, high int) (int, *problem) {
	n, accuracy := v.AsBigFloat().Int64()
	if accuracy != big.Exact || n < int64(low) || n > int64(high) {
		return 0, &problem{"Out of range", fmt.Sprintf("%s is %s; it must be a whole number from %d to %d.", name, v.AsBigFloat().Text('g', 10), low, high)}
	}
	return int(n), nil
}

// above is a number that is more than nothing.
func (d *decoder) above(name string) float64 {
	v, at, ok := d.value(name, cty.Number)
	if !ok {
		return 0
	}
	n, _ := v.AsBigFloat().Float64()
	if !(n > 0) || math.IsInf(n, 1) {
		d.fail(at, "Out of range", "%s is %s; it must be a number above 0.", name, v.AsBigFloat().Text('g', 10))
		return 0
	}
	return n
}

// duration is text such as "10s" that is more than nothing.
func (d *decoder) duration(name string) time.Duration {
	v, at, ok := d.value(name, cty.String)
	if !ok {
		return 0
	}
	t, problem := durationOf(name, v)
	if problem != nil {
		d.fail(at, problem.summary, "%s", problem.detail)
	}
	return t
}

// problem is what is wrong with a value, wherever it stands.
type problem struct{ summary, detail string }

// durationOf reads text that is known.
func durationOf(name string, v cty.Value) (time.Duration, *problem) {
	t, err := time.ParseDuration(v.AsString())
	if err != nil || t <= 0 {
		return 0, &problem{"Out of range", fmt.Sprintf("%s is %q; it must be a duration above 0, such as \"500ms\", \"10s\" or \"1h30m\".", name, v.AsString())}
	}
	return t, nil
}

// size is a number of bytes of at least low, or text such as "64MiB", up to
// what fits into 31 bits.
func (d *decoder) size(name string, low int) int {
	v, at, ok := d.value(name, cty.String)
	if !ok {
		return 0
	}
	n, ok := parseSize(v.AsString(), math.MaxInt32)
	if !ok || n < int64(low) {
		d.fail(at, "Out of range", "%s is %q; it must be a number of bytes from %d to %d, or text such as \"64MiB\".", name, v.AsString(), low, math.MaxInt32)
	}
	return int(n)
}

// mostBytes is more memory than machines have.
const mostBytes = 1 << 50

// bytes is memory: a number of bytes above 0, or text such as "256MiB".
func (d *decoder) bytes(name string) int64 {
	v, at, ok := d.value(name, cty.String)
	if !ok {
		return 0
	}
	n, ok := parseSize(v.AsString(), mostBytes)
	if !ok {
		d.fail(at, "Out of range", "%s is %q; it must be memory above 0, such as \"256MiB\" or \"2GiB\", or a number of bytes.", name, v.AsString())
	}
	return n
}

func parseSize(s string, most int64) (int64, bool) {
	unit := int64(1)
	for _, u := range []struct {
		suffix string
		factor int64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1}} {
		if rest, ok := strings.CutSuffix(s, u.suffix); ok {
			s, unit = strings.TrimRight(rest, " "), u.factor
			break
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 || n > most/unit {
		return 0, false
	}
	return n * unit, true
}

func (d *decoder) texts(name string) []string {
	v, at, ok := d.value(name, cty.List(cty.String))
	if !ok {
		return nil
	}
	out := []string{}
	for it := v.ElementIterator(); it.Next(); {
		_, e := it.Element()
		if e.IsNull() {
			d.fail(at, "Value missing", "an element of %s is null.", name)
			return nil
		}
		out = append(out, e.AsString())
	}
	return out
}

func (d *decoder) textMap(name string) map[string]string {
	v, at, ok := d.value(name, cty.Map(cty.String))
	if !ok {
		return nil
	}
	out := map[string]string{}
	for it := v.ElementIterator(); it.Next(); {
		k, e := it.Element()
		if e.IsNull() {
			d.fail(at, "Value missing", "%q of %s is null.", k.AsString(), name)
			return nil
		}
		out[k.AsString()] = e.AsString()
	}
	return out
}

// choice is one of a few words.
func (d *decoder) choice(name, fallback string, words ...string) string {
	v, at, ok := d.value(name, cty.String)
	if !ok {
		return fallback
	}
	for _, w := range words {
		if v.AsString() == w {
			return w
		}
	}
	d.fail(at, "Out of range", "%s is %q; it must be one of \"%s\".", name, v.AsString(), strings.Join(words, `", "`))
	return fallback
}
