package job

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// LoadBlind loads a job file from memory without looking at the machine: no
// file is read, no program run.
func LoadBlind(name string, source []byte, opts Options) (*Job, error) {
	opts.blind = true
	return loadSource(name, source, opts)
}

// FunctionNames are those that expressions may call.
func FunctionNames() []string {
	return slices.Sorted(maps.Keys(functions(newMachine(".", true))))
}

// EventFields are the fields of each event, by its name, and whose event it is.
func EventFields() (fields map[string][]string, of map[string]string) {
	fields, of = map[string][]string{}, map[string]string{}
	known := knownEvents()
	for _, name := range known.scheduler {
		fields[name], of[name] = fieldsOf(name), "scheduler"
	}
	for _, name := range known.task {
		fields[name], of[name] = fieldsOf(name), "task"
	}
	for name, x := range extensionEvents {
		fields[name], of[name] = x.fields, "tasks "+x.of
	}
	return fields, of
}

// BlockArguments are the arguments of each block, by its name.
func BlockArguments() map[string][]string {
	all := map[string][]string{}
	for name, schema := range map[string]*hcl.BodySchema{
		"variable": variableSchema(), "plugin": pluginSchema(), "attach": attachSchema(), "task": taskSchema(), "on": onSchema(),
		"stop": stopSchema(), "submit": submitSchema(), "output": outputSchema(), "run": runSchema(),
		"limiter": limiterSchema(), "retry": retrySchema(), "comm": commSchema(), "resources": resourcesSchema(),
	} {
		for _, attr := range schema.Attributes {
			all[name] = append(all[name], attr.Name)
		}
	}
	return all
}

// ParseSize reads a size as arguments of job files do.
func ParseSize(text string, most int64) (int64, bool) { return parseSize(text, most) }

// ParseDuration reads a duration as arguments of job files do.
func ParseDuration(text string) (d time.Duration, ok bool) {
	d, problem := durationOf("it", cty.StringVal(text))
	return d, problem == nil
}

// Recode returns JSON as it is after having been a value of an expression.
func Recode(data []byte) (json.RawMessage, error) {
	v, err := decode(data)
	if err != nil {
		return nil, err
	}
	return encode(v)
}
