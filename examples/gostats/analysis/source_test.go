package analysis_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/examples/gostats/analysis"
)

// The files end in .txt so that the go command leaves them alone.
func TestSource(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]analysis.Stats{
		"functions": {
			Package: "shapes", Bytes: 0, Lines: 61, Imports: 2, Types: 4, Comments: 2,
			Functions:       6,
			LongestFunction: &analysis.Length{Name: "classify", Lines: 26},
			Complexity: analysis.Complexity{
				// 1 + 2 for + 2 cases + 1 comm clause + 1 if of the literal.
				Total: 1 + 4 + 1 + 1 + 7 + 1,
				Max:   &analysis.Function{Name: "classify", Complexity: 7},
			},
		},
		"line_directive": {
			Package: "p", Lines: 6, Comments: 1, Functions: 1,
			LongestFunction: &analysis.Length{Name: "f", Lines: 4},
			Complexity:      analysis.Complexity{Total: 1, Max: &analysis.Function{Name: "f", Complexity: 1}},
		},
		"broken": {
			Package: "broken", Lines: 8, Functions: 2,
			LongestFunction: &analysis.Length{Name: "whole", Lines: 4},
			Complexity:      analysis.Complexity{Total: 3, Max: &analysis.Function{Name: "whole", Complexity: 2}},
			SyntaxErrors:    []string{"8:12: expected ')', found '{'"},
		},
		"no_newline": {Package: "p", Lines: 1},
		"empty":      {SyntaxErrors: []string{"1:1: expected 'package', found 'EOF'"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src, err := os.ReadFile(filepath.Join("testdata", name+".go.txt"))
			require.NoError(t, err)
			want.Bytes = len(src)
			require.Equal(t, want, analysis.Source(src))
		})
	}
}

func TestReceivers(t *testing.T) {
	t.Parallel()
	for receiver, want := range map[string]string{
		"":             "m",
		"(t T)":        "T.m",
		"(t *T)":       "(*T).m",
		"(T[K])":       "T.m",
		"(t *T[K, V])": "(*T).m",
		"((*T))":       "(*T).m",
		"()":           "m",
		"(t [3]int)":   "?.m",
	} {
		t.Run("func "+receiver+" m()", func(t *testing.T) {
			t.Parallel()
			s := analysis.Source([]byte("package p\nfunc " + receiver + " m() {}\n"))
			require.NotNil(t, s.LongestFunction, "%+v", s)
			require.Equal(t, want, s.LongestFunction.Name)
		})
	}
}

func TestSyntaxErrorsAreBounded(t *testing.T) {
	t.Parallel()
	src := []byte("package p\n")
	for range 1000 {
		src = append(src, "func f(☹ int) {}\n"...)
	}
	s := analysis.Source(src)
	require.Len(t, s.SyntaxErrors, 11)
	require.Equal(t, "2:8: illegal character U+2639 '☹'", s.SyntaxErrors[0])
	require.Regexp(t, `^and \d+ more$`, s.SyntaxErrors[10])
}

func FuzzSource(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.go.txt")
	require.NoError(f, err)
	for _, path := range paths {
		src, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		s := analysis.Source(src)
		require.Equal(t, len(src), s.Bytes)
		require.GreaterOrEqual(t, s.Complexity.Total, s.Functions)
		require.LessOrEqual(t, len(s.SyntaxErrors), 11)
		require.Equal(t, s.Functions > 0, s.LongestFunction != nil)
		if s.LongestFunction != nil {
			require.LessOrEqual(t, s.LongestFunction.Lines, s.Lines)
		}
	})
}
