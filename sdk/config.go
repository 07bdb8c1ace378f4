package sdk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// configField is one attribute of an event plugin's configuration.
type configField struct {
	name     string
	optional bool
	doc      string
	typ      reflect.Type
	index    []int
}

// configFields returns the attributes of a configuration.
func configFields[Config any]() ([]configField, error) {
	t := reflect.TypeFor[Config]()
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("its configuration is a %v: it must be a struct, struct{} for none", t)
	}
	var out []configField
	for _, f := range reflect.VisibleFields(t) {
		tag, ok := f.Tag.Lookup("hcl")
		if !ok {
			continue
		}
		name, rest, _ := strings.Cut(tag, ",")
		switch {
		case !f.IsExported():
			return nil, fmt.Errorf("field %s of its configuration is not exported", f.Name)
		case name == "" || rest != "" && rest != "optional":
			return nil, fmt.Errorf("field %s of its configuration has the tag hcl:%q: it must be a name, and may be followed by \",optional\"", f.Name, tag)
		case typeWord(f.Type) == "":
			return nil, fmt.Errorf("field %s of its configuration is a %v, which an attribute cannot be", f.Name, f.Type)
		case slices.ContainsFunc(out, func(o configField) bool { return o.name == name }):
			return nil, fmt.Errorf("two fields of its configuration are called %q", name)
		}
		out = append(out, configField{name: name, optional: rest == "optional", doc: f.Tag.Get("doc"), typ: f.Type, index: f.Index})
	}
	return out, nil
}

var durationType = reflect.TypeFor[time.Duration]()

// typeWord returns how a type is called in a description, empty for one that
// cannot be.
func typeWord(t reflect.Type) string {
	switch {
	case t == durationType, t == reflect.PointerTo(durationType):
		return "duration"
	case t.Kind() == reflect.String:
		return "string"
	case t.Kind() == reflect.Bool:
		return "bool"
	case t.Kind() >= reflect.Int && t.Kind() < reflect.Uintptr:
		return "whole number"
	case t.Kind() == reflect.Float32 || t.Kind() == reflect.Float64:
		return "number"
	case t.Kind() == reflect.Interface && t.NumMethod() == 0:
		return "any"
	case t.Kind() == reflect.Pointer:
		return typeWord(t.Elem())
	case t.Kind() == reflect.Slice:
		return ofElements("list of ", t.Elem())
	case t.Kind() == reflect.Map && t.Key().Kind() == reflect.String:
		return ofElements("map of ", t.Elem())
	}
	return ""
}

func ofElements(what string, t reflect.Type) string {
	word := typeWord(t)
	if word == "" || word == "duration" || strings.Contains(word, " of ") {
		return ""
	}
	return what + word
}

func describeFields(fields []configField) []*pb.ConfigField {
	var out []*pb.ConfigField
	for _, f := range fields {
		out = append(out, &pb.ConfigField{Name: f.name, Type: typeWord(f.typ), Optional: f.optional, Doc: f.doc})
	}
	return out
}

// decodeConfig decodes a configuration, a JSON object, into what into points
// to.
func decodeConfig(config []byte, fields []configField, into any) error {
	given := map[string]json.RawMessage{}
	if len(config) > 0 {
		if err := json.Unmarshal(config, &given); err != nil {
			return fmt.Errorf("the configuration is no JSON object: %w", err)
		}
	}
	v := reflect.ValueOf(into).Elem()
	var errs []error
	for _, f := range fields {
		raw, ok := given[f.name]
		delete(given, f.name)
		if !ok || bytes.Equal(raw, []byte("null")) {
			if !f.optional {
				errs = append(errs, fmt.Errorf("configuration: %s is missing: it takes a %s", f.name, typeWord(f.typ)))
			}
			continue
		}
		if err := decodeField(raw, v.FieldByIndex(f.index)); err != nil {
			errs = append(errs, fmt.Errorf("configuration: %s: %w", f.name, err))
		}
	}
	for name := range given {
		errs = append(errs, fmt.Errorf("configuration: there is no attribute %q: there are %s", name, namesOf(fields)))
	}
	return errors.Join(errs...)
}

func decodeField(raw json.RawMessage, v reflect.Value) error {
	if v.Kind() == reflect.Pointer && v.Type().Elem() == durationType {
		v.Set(reflect.New(durationType))
		v = v.Elem()
	}
	if v.Type() != durationType {
		if err := json.Unmarshal(raw, v.Addr().Interface()); err != nil {
			return fmt.Errorf("%s is no %s", raw, typeWord(v.Type()))
		}
		return nil
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return fmt.Errorf("%s is no duration: it must be text such as \"90s\"", raw)
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf("%q is no duration: it must be such as \"500ms\" or \"90s\"", text)
	}
	v.SetInt(int64(d))
	return nil
}

func namesOf(fields []configField) string {
	if len(fields) == 0 {
		return "none"
	}
	var names []string
	for _, f := range fields {
		names = append(names, f.name)
	}
	return strings.Join(names, ", ")
}
