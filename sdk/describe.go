package sdk

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/signalbox-go/signalbox/framework/pluginproc/handshake"
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

type describedField struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Optional bool   `json:"optional"`
	Doc      string `json:"doc,omitempty"`
}

type describedEvents struct {
	Name   string           `json:"name"`
	Config []describedField `json:"config"`

	Lossless bool `json:"lossless,omitempty"`
}

// printDescription writes what the plugin offers as JSON, for a person or
// program without a host.
func printDescription(w io.Writer, p *plugin.Plugin) error {
	out := struct {
		Plugin   string          `json:"plugin"`
		SDK      string          `json:"sdk"`
		Protocol int             `json:"protocol"`
		Tasks    []describedTask `json:"tasks"`

		EventPlugins []describedEvents `json:"event_plugins,omitempty"`
	}{Plugin: programName(), SDK: plugin.SDK, Protocol: handshake.Version, Tasks: []describedTask{}}
	for i, t := range p.Describe().Tasks {
		c := p.Codes()[i]
		out.Tasks = append(out.Tasks, describedTask{t.GetName(),
			describedType{t.GetInputType(), c.InputCodec().ContentType(), json.RawMessage(t.GetInputSchema())},
			describedType{t.GetOutputType(), c.OutputCodec().ContentType(), json.RawMessage(t.GetOutputSchema())}})
	}
	for _, e := range p.EventPlugins() {
		d := describedEvents{Name: e.Name, Config: []describedField{}, Lossless: e.Lossless}
		for _, f := range e.Config {
			d.Config = append(d.Config, describedField{f.GetName(), f.GetType(), f.GetOptional(), f.GetDoc()})
		}
		out.EventPlugins = append(out.EventPlugins, d)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(out); err != nil {
		return fmt.Errorf("sdk: describe: %w", err)
	}
	return nil
}
