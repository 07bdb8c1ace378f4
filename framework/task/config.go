package task

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"
)

// EncodeConfig returns the configuration of an event plugin as JSON, as hosts send it. A struct whose fields have the
// tags with which a plugin declares its configuration is an object with these
// names; anything else is as encoding/json has it.
func EncodeConfig(config any) ([]byte, error) {
	v := reflect.ValueOf(config)
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return json.Marshal(config)
	}
	attributes, declared := map[string]any{}, false
	for _, f := range reflect.VisibleFields(v.Type()) {
		tag, ok := f.Tag.Lookup("hcl")
		if !ok || !f.IsExported() {
			continue
		}
		declared = true
		name, rest, _ := strings.Cut(tag, ",")
		field, err := v.FieldByIndexErr(f.Index)
		if err != nil || rest == "optional" && field.IsZero() {
			continue // it is not given
		}
		attributes[name] = field.Interface()
		switch d := attributes[name].(type) {
		case time.Duration:
			attributes[name] = d.String()
		case *time.Duration:
			if d == nil {
				delete(attributes, name) // as if it were optional; who takes it says that it is missing
				continue
			}
			attributes[name] = d.String()
		}
	}
	if !declared {
		return json.Marshal(config)
	}
	return json.Marshal(attributes)
}
