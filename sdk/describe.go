package sdk

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/signalbox-go/signalbox/framework/pluginproc/handshake"
	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/sdk/internal/plugin"
)

type describedType struct {
	Type        string          `json:"type"`
	ContentType string          `json:"content_type"`
	Schema      json.RawMessage `json:"schema,omitempty"`
}

type describedTask struct {
	Name   string        `json:"name"`
	Input  describedType `json:"input"`
	Output describedType `json:"output"`
}

// printDescription writes what the plugin offers as JSON, for a person or
// program without a host.
func printDescription(w io.Writer, p *plugin.Plugin) error {
	out := struct {
		Plugin   string          `json:"plugin"`
		SDK      string          `json:"sdk"`
		Protocol int             `json:"protocol"`
		Tasks    []describedTask `json:"tasks"`

		EventPlugins []task.EventPlugin `json:"event_plugins,omitempty"`
	}{Plugin: programName(), SDK: plugin.SDK, Protocol: handshake.Version, Tasks: []describedTask{}, EventPlugins: offers(p)}
	for i, t := range p.Describe().Tasks {
		c := p.Codes()[i]
		out.Tasks = append(out.Tasks, describedTask{t.GetName(),
			describedType{t.GetInputType(), c.InputCodec().ContentType(), json.RawMessage(t.GetInputSchema())},
			describedType{t.GetOutputType(), c.OutputCodec().ContentType(), json.RawMessage(t.GetOutputSchema())}})
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(out); err != nil {
		return fmt.Errorf("sdk: describe: %w", err)
	}
	return nil
}

// offers returns what the event plugins say of themselves.
func offers(p *plugin.Plugin) []task.EventPlugin {
	var out []task.EventPlugin
	for _, e := range p.EventPlugins() {
		o := task.EventPlugin{Name: e.Name, Config: []task.ConfigField{}, Lossless: e.Lossless}
		for _, f := range e.Config {
			o.Config = append(o.Config, task.ConfigField{Name: f.GetName(), Type: f.GetType(), Optional: f.GetOptional(), Doc: f.GetDoc()})
		}
		out = append(out, o)
	}
	return out
}
