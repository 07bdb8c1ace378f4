package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPayloadsThatDoNotFit are mistakes that only a plugin can find, which end
// one future with an error that names task and place.
func TestPayloadsThatDoNotFit(t *testing.T) {
	t.Parallel()
	small := strings.Replace(tasksPlugin, "workers", "max_message = \"4KiB\"\n  workers", 1)
	for name, test := range map[string]struct{ job, kind, error string }{
		"input of another type": {tasksPlugin + submitOne("double", `"two"`), "decode",
			"task double: input does not decode as int (application/json): json: cannot unmarshal string into Go value of type int"},
		"fraction": {tasksPlugin + submitOne("double", "1.5"), "decode",
			"task double: input does not decode as int (application/json): json: cannot unmarshal number 1.5 into Go value of type int"},
		"field of another type": {tasksPlugin + submitOne("greet", `{ name = "A", times = "twice" }`), "decode",
			`task greet: input does not decode as main.greetInput (application/json): field "times": a JSON string is no int: `},
		"output not a number": {tasksPlugin + submitOne("ratio", "1"), "encode",
			"task ratio: output does not encode as application/json: json: unsupported value: NaN: JSON has no such number; "},
		"bytes wanted": {"plugin \"b\" { source = \"./bytes\" }\n" + submitOne("take", "1"), "decode",
			"task take: input came as application/json, expected application/octet-stream: "},
		"bytes given": {"plugin \"b\" { source = \"./bytes\" }\n" + submitOne("give", "1"), "decode",
			"task give: result came as application/octet-stream, expected application/json: "},
		"output too large": {small + submitOne("blow", "5000"), "encode",
			"the output has 5002 bytes; a message may have 4096 "},
		"input too large": {small + submitOne("length", `format("%5000s", "x")`), "encode",
			"task length: the input has 5002 bytes; a message may have 4096 "},
		"panic": {tasksPlugin + submitOne("greet", `{ name = "A", times = -1 }`), "panic",
			"panic: strings: negative Repeat count"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			c := r.job(test.job+"on \"future_exception\" {\n  log = \"kind ${event.kind}\"\n}\n"+`output { path = "out.jsonl" }`, "--log-format", "json").
				exits(1)
			kinds := 0
			for _, record := range c.logged() {
				if record["msg"] == "kind "+test.kind {
					kinds++
				}
			}
			require.Equal(t, 1, kinds, "%s", c.stderr)
			lines := r.lines("out.jsonl")
			require.Len(t, lines, 1)
			require.Contains(t, lines[0].Error, test.error)
			require.False(t, lines[0].Cancelled)
			require.NotContains(t, lines[0].Error, "\n")
			for _, n := range r.summary().Tasks {
				require.Equal(t, 1, n.Exceptions)
			}
		})
	}
}

func TestWhatIsPrintedBeforeTheHandshakeIsLogged(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.job("plugin \"c\" {\n  source  = \"./chatty\"\n  workers = 1\n}\n" + submitOne("double", "1")).exits(0)
	require.Regexp(t, `level=INFO msg="chatty: loading its model" .*plugin=c pid=\d+ stream=stdout`, c.stderr.String())
	require.Equal(t, 1, r.summary().Tasks["double"].Results)
}
