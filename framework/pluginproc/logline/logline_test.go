package logline_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/pluginproc/logline"
)

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 8, 22, 10, 0, 0, 500, time.UTC)
	in := logline.Record{Time: at, Level: slog.LevelWarn, Message: "line one\nline two \x1b[31m", Task: "resize", Future: 12, Attrs: []slog.Attr{
		slog.Int("n", -3), slog.Uint64("big", 1<<63), slog.Float64("f", 0.5), slog.Bool("ok", true),
		slog.Duration("took", 1500*time.Millisecond), slog.Time("at", at), slog.Any("err", errors.New("no <such> file")),
		slog.Group("req", slog.String("path", "a.png"), slog.Group("size", slog.Int("w", 1))),
		slog.Group("", slog.Int("inlined", 1)), slog.Group("empty"), {},
		slog.Any("list", []int{1, 2}), slog.Any("none", nil), slog.Any("chan", panics{}),
	}}
	line := logline.Append([]byte("before"), in)
	require.True(t, strings.HasPrefix(string(line), "before\x1e{"), "%q", line)
	require.Equal(t, 1, strings.Count(string(line), "\n"))

	out, err := logline.Parse(line[len("before"):])
	require.NoError(t, err)
	require.Equal(t, in.Time, out.Time)
	require.Equal(t, in.Level, out.Level)
	require.Equal(t, in.Message, out.Message)
	require.Equal(t, in.Task, out.Task)
	require.Equal(t, in.Future, out.Future)
	require.Equal(t, "[n=-3 big=9223372036854775808 f=0.5 ok=true took=1.5s at=2026-08-22T10:00:00.0000005Z err=no <such> file "+
		"req.path=a.png req.size.w=1 inlined=1 list=[1,2] none=<nil> chan={}]", slog.GroupValue(out.Attrs...).String())
}

type panics struct{}

func (panics) MarshalJSON() ([]byte, error) { panic("no") }

func TestAppendStaysBelowTheLineLimit(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ä", logline.MaxLine)
	many := make([]slog.Attr, 2000)
	for i := range many {
		many[i] = slog.String("k", strings.Repeat("x", 100))
	}
	for name, r := range map[string]logline.Record{
		"message":    {Message: long, Task: "t"},
		"control":    {Message: strings.Repeat("\x01", logline.MaxLine)},
		"attribute":  {Message: "m", Attrs: []slog.Attr{slog.String("a", long), slog.Any("b", []string{long})}},
		"attributes": {Message: "m", Attrs: many},
		"key":        {Message: "m", Attrs: []slog.Attr{slog.Int(long, 1)}},
		"task":       {Message: "m", Task: long},
	} {
		line := logline.Append(nil, r)
		require.LessOrEqual(t, len(line), logline.MaxLine, name)
		out, err := logline.Parse(line)
		require.NoError(t, err, name)
		require.NotEmpty(t, out.Message, name)
	}
}

func TestParseRefusesWhatIsNoRecord(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"", "text", "\x1e", "\x1e[]", "\x1enull", "\x1e{", `{"msg":"no mark"}`, "\x1e{}", "\x1e{\"msg\":5}", "\x1e{\"msg\":null}", "\x1e{\"msg\":\"a\"} tail"} {
		_, err := logline.Parse([]byte(line))
		require.ErrorIs(t, err, logline.ErrNotRecord, "%q", line)
	}
}

func TestParseTakesWhatItCan(t *testing.T) {
	t.Parallel()
	r, err := logline.Parse([]byte("\x1e" + `{"time":5,"level":"LOUD","msg":"m","task":1,"future":-1,"attrs":[1],"more":{}}` + "\r\n"))
	require.NoError(t, err)
	require.Equal(t, logline.Record{Message: "m", Attrs: []slog.Attr{slog.Any("attrs", slog.StringValue("[1]"))}}, r)
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("\x1e{\"msg\":\"a\",\"attrs\":{\"a\":{\"b\":[1,null]}}}"))
	f.Add([]byte("\x1e{\"@message\": 5}"))
	f.Fuzz(func(t *testing.T, line []byte) {
		r, err := logline.Parse(line)
		if err != nil {
			require.ErrorIs(t, err, logline.ErrNotRecord)
			return
		}
		_, err = logline.Parse(logline.Append(nil, r))
		require.NoError(t, err)
	})
}
