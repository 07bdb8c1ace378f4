package job_test

import (
	"bytes"
	"encoding/json"
	"math/big"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/job"
)

var sizes = regexp.MustCompile(`^(\+?[0-9]+)(?: *(B|kB|MB|GB|KiB|MiB|GiB))?$`)

// modelSize is the rule of sizes, as plainly as it can be put. Large numbers
// and spaces are where code goes wrong.
func modelSize(text string, most int64) (*big.Int, bool) {
	parts := sizes.FindStringSubmatch(text)
	if parts == nil {
		return nil, false
	}
	n, _ := new(big.Int).SetString(parts[1], 10)
	factor := map[string]int64{"": 1, "B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}[parts[2]]
	n.Mul(n, big.NewInt(factor))
	return n, n.Sign() > 0 && n.Cmp(big.NewInt(most)) <= 0
}

// FuzzUnits compares sizes with the model, and durations with what they are
// written as.
func FuzzUnits(f *testing.F) {
	for _, seed := range []string{"", "0", "1", "64MiB", " 64 MiB", "64 MiB", "1.5GiB", "9223372036854775807B", "9223372036854775808", "8589934592GiB", "-1kB", "+5kB", "5kb", "0x10", "1_000", "10s", "-1s", "1h30m", "2562047h47m16.854775807s", "2562048h", "1µs", "NaNs", "٣MB"} {
		f.Add(seed, int64(1)<<50)
	}
	f.Fuzz(func(t *testing.T, text string, most int64) {
		if most < 1 {
			most = 1 << 50
		}
		got, ok := job.ParseSize(text, most)
		want, wantOK := modelSize(text, most)
		require.Equal(t, wantOK, ok, "%q up to %d", text, most)
		if ok {
			require.Equal(t, want.String(), big.NewInt(got).String(), "%q", text)
		}
		d, ok := job.ParseDuration(text)
		require.Equal(t, ok, d > 0)
		if ok {
			again, err := time.ParseDuration(d.String())
			require.NoError(t, err)
			require.Equal(t, d, again)
		}
	})
}

// FuzzConversion takes JSON through the values of expressions: results of tasks
// on their way into a job file, and inputs on theirs out of it. What comes out
// means the same.
func FuzzConversion(f *testing.F) {
	for _, seed := range []string{"", "null", "true", `"a\u0000\ud800"`, "[1,[],{}]", `{"a":{"b":[null,"c"]},"":-0.5}`, "1e400", "123456789012345678901234567890", "0.1", "1e-400", `{"a":1,"a":2}`, "[", "1 2", `["\ufeff<>&\u2028"]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := job.Recode(data)
		if err != nil {
			return
		}
		require.True(t, json.Valid(got), "%s", got)
		again, err := job.Recode(got)
		require.NoError(t, err)
		require.Equal(t, string(got), string(again), "once more changes nothing")
		require.False(t, bytes.ContainsAny(got, "\n\x00"), "it is one line")
	})
}
