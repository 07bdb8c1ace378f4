package job_test

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/job"
)

// ofMachine are the functions whose values differ from machine to machine.
var ofMachine = []string{"abspath", "env", "file", "glob", "goenv"}

// TestFunctionsGive is over all other functions.
func TestFunctionsGive(t *testing.T) {
	t.Parallel()
	tried := map[string]bool{}
	values := map[string]string{
		`upper("abc")`:                             `"ABC"`,
		`lower("ABC")`:                             `"abc"`,
		`title("abc def")`:                         `"Abc Def"`,
		`format("%s-%03d", "a", 7)`:                `"a-007"`,
		`formatlist("%s!", ["a", "b"])`:            `["a!","b!"]`,
		`join("-", ["a", "b"])`:                    `"a-b"`,
		`split(",", "a,b")`:                        `["a","b"]`,
		`replace("a.b", ".", "/")`:                 `"a/b"`,
		`regex("[0-9]+", "ab12")`:                  `"12"`,
		`regexall("[0-9]", "1a2")`:                 `["1","2"]`,
		`regexreplace("a1", "[0-9]", "x")`:         `"ax"`,
		`trimspace(" a ")`:                         `"a"`,
		`trim("..a.", ".")`:                        `"a"`,
		`chomp("a\r\n\n")`:                         `"a"`,
		`indent(2, "a\nb")`:                        `"a\n  b"`,
		`trimprefix("abc", "a")`:                   `"bc"`,
		`trimsuffix("abc", "c")`:                   `"ab"`,
		`substr("hello", 1, 3)`:                    `"ell"`,
		`length([1, 2])`:                           `2`,
		`length({ a = 1 })`:                        `1`,
		`length("häß")`:                            `3`,
		`length(range(5))`:                         `5`,
		`range(3)`:                                 `[0,1,2]`,
		`range(2, 4)`:                              `[2,3]`,
		`range(3, 0)`:                              `[3,2,1]`,
		`range(0, 10, 4)`:                          `[0,4,8]`,
		`range(0)`:                                 `[]`,
		`concat([1], [2])`:                         `[1,2]`,
		`merge({ a = 1 }, { b = 2 })`:              `{"a":1,"b":2}`,
		`keys({ b = 1, a = 2 })`:                   `["a","b"]`,
		`values({ b = 1, a = 2 })`:                 `[2,1]`,
		`lookup({ a = 1 }, "b", 5)`:                `5`,
		`contains(["a"], "a")`:                     `true`,
		`compact(["a", "", null, "b"])`:            `["a","b"]`,
		`element(["a", "b", "c"], 4)`:              `"b"`,
		`index(tomap({ a = 1, b = 2 }), "b")`:      `2`,
		`index(["a", "b"], 0)`:                     `"a"`,
		`distinct(["a", "a"])`:                     `["a"]`,
		`flatten([[1], [2, 3]])`:                   `[1,2,3]`,
		`slice([1, 2, 3], 1, 3)`:                   `[2,3]`,
		`sort(["b", "a"])`:                         `["a","b"]`,
		`reverse([1, 2])`:                          `[2,1]`,
		`zipmap(["a"], [1])`:                       `{"a":1}`,
		`coalesce(null, "a")`:                      `"a"`,
		`min(3, 1)`:                                `1`,
		`max(3, 1)`:                                `3`,
		`pow(2, 10)`:                               `1024`,
		`signum(-3)`:                               `-1`,
		`abs(-2)`:                                  `2`,
		`ceil(1.2)`:                                `2`,
		`floor(1.8)`:                               `1`,
		`parseint("ff", 16)`:                       `255`,
		`tonumber("12")`:                           `12`,
		`tostring(12)`:                             `"12"`,
		`tobool("true")`:                           `true`,
		`tolist(toset([2, 1, 2]))`:                 `[1,2]`,
		`tomap({ a = "1", b = 2 })`:                `{"a":"1","b":"2"}`,
		`jsonencode({ a = [1, null] })`:            `"{\"a\":[1,null]}"`,
		`jsondecode("{\"a\": 1.5}")`:               `{"a":1.5}`,
		`csvdecode("a,b\n1,2")`:                    `[{"a":"1","b":"2"}]`,
		`globescape("a")`:                          `"a"`,
		`basename("/a/b.go")`:                      `"b.go"`,
		`dirname("/a/b.go")`:                       `"/a"`,
		`try(jsondecode("{"), "bad")`:              `"bad"`,
		`can(tonumber("x"))`:                       `false`,
		`[for x in ["a", "b"] : upper(x)]`:         `["A","B"]`,
		`{ for k, v in { a = 1 } : k => v * 2 }`:   `{"a":2}`,
		`1 == 1 ? "yes" : "no"`:                    `"yes"`,
		`9007199254740993`:                         `9007199254740993`,
		`123456789012345678901234567890`:           `123456789012345678901234567890`,
		`0.1`:                                      `0.1`,
		`1 / 3`:                                    `0.3333333333333333`,
		`-0.5`:                                     `-0.5`,
		`1e3`:                                      `1000`,
		`null`:                                     `null`,
		`[null, true, { a = null }]`:               `[null,true,{"a":null}]`,
		`"<a href=\"x\">\n\u00e4 & \u2028 \\</a>"`: `"\u003ca href=\"x\"\u003e\nä \u0026 \u2028 \\\u003c/a\u003e"`,
		`{ "a b" = {} }`:                           `{"a b":{}}`,
		`toset(["b", "a", "b"])`:                   `["a","b"]`,
	}
	for expression := range values {
		for _, call := range regexp.MustCompile(`(\w+)\(`).FindAllStringSubmatch(expression, -1) {
			tried[call[1]] = true
		}
	}
	for _, name := range job.FunctionNames() {
		require.NotEqual(t, tried[name], slices.Contains(ofMachine, name), "%s is tried, or of the machine", name)
	}
	for expression, want := range values {
		t.Run(expression, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			result := r.run(`on "start" {
  submit "echo" {
    input = ` + expression + `
  }
}`)
			require.Zero(t, result.ExitCode(), r.log)
			require.Equal(t, []string{`{"task":"echo","input":` + want + `,"result":` + want + `}`}, unescaped(r.lines(), want))
		})
	}
}

// unescaped makes lines comparable whose input and result differ in how JSON
// escapes characters: both are the same value.
func unescaped(lines []string, want string) []string {
	if !strings.Contains(want, `\u`) {
		return lines
	}
	for i := range lines {
		lines[i] = strings.NewReplacer("<", `\u003c`, ">", `\u003e`, "&", `\u0026`).Replace(lines[i])
	}
	return lines
}

func TestFunctionsSeeTheMachine(t *testing.T) {
	t.Setenv("JOB_TEST_VARIABLE", "from outside")
	r := newRig(t)
	require.NoError(t, os.WriteFile(filepath.Join(r.dir, "text.txt"), []byte("content"), 0o666))
	wd, err := os.Getwd()
	require.NoError(t, err)

	r.run(`on "start" {
  submit "echo" {
    for_each = [env("JOB_TEST_VARIABLE"), file("text.txt"), abspath("x"), goenv("GOOS"), try(env("JOB_TEST_ABSENT"), "none")]
    input = each.value
  }
}`)
	for i, want := range []string{"from outside", "content", filepath.Join(wd, "x"), runtime.GOOS, "none"} {
		require.Contains(t, r.lines()[i], `"result":"`+want+`"`)
	}
}
