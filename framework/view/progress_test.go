package view_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/view"
)

func TestProgressIsAFewWords(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]view.Progress{
		"3/10 epoch 3":    {Done: 3, Total: 10, Text: "epoch 3"},
		"0/10":            {Total: 10},
		"0":               {},
		"warming up":      {Text: "warming up"},
		"0.5/1":           {Done: 0.5, Total: 1},
		"33.33/100":       {Done: 100. / 3, Total: 100},
		"1234567 lines":   {Done: 1234567, Text: "lines"},
		"0.001/0.01":      {Done: 0.001, Total: 0.01},
		"1e+20/1.23e+300": {Done: 1e20, Total: 1.234e300},
	} {
		require.Equal(t, want, p.String())
	}
}
