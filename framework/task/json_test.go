package task_test

import (
	"encoding/json"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/task"
)

// zoo has a field of every sort that JSON decoders treat in a way of its own.
type zoo struct {
	Int     int
	Small   int8
	Uint    uint64
	Float   float64
	Single  float32
	Bool    bool
	Text    string
	Bytes   []byte
	List    []int
	Array   [3]float64
	Map     map[string]int
	ByInt   map[int]string
	ByText  map[netip.Addr]bool
	Any     any
	Raw     json.RawMessage
	Number  json.Number
	Time    time.Time
	Addr    netip.Addr
	Pointer *int
	Self    *zoo
	Quoted  int `json:"quoted,string"`
	Named   int `json:"other_name"`
	Hidden  int `json:"-"`
	Empty   struct{}
	promoted
	*Embedded
}

type promoted struct{ Promoted string }

type Embedded struct{ Deep []map[string][]any }

// FuzzJSONDecodes holds that payloads decode as encoding/json decodes them,
// whatever decodes them.
func FuzzJSONDecodes(f *testing.F) {
	for _, s := range []string{
		`{"Int":1,"Small":-128,"Uint":18446744073709551615,"Float":1e300,"Single":1.5,"Bool":true,"Text":"a\u00e9\ud83d\ude00\"\\"}`,
		`{"Bytes":"aGVsbG8=","List":[1,2,3],"Array":[1,2,3,4],"Map":{"a":1},"ByInt":{"1":"x"},"ByText":{"::1":true}}`,
		`{"Any":{"a":[1,"b",null,true,1.5e3]},"Raw":{"x":  1},"Number":12345678901234567890,"Time":"2026-01-02T03:04:05.6Z","Addr":"10.0.0.1"}`,
		`{"Pointer":1,"Self":{"Self":null,"Int":2},"quoted":"7","other_name":3,"Hidden":4,"Empty":{},"Promoted":"p","Deep":[{"k":[null]}]}`,
		`{"Small":128}`, `{"int":1,"INT":2}`, `{"Int":1,"Int":2}`, `{"Int":null,"List":null,"Map":null,"Pointer":null}`, `{"Unknown":{"a":[1]},"Int":3}`,
		`{"Int":1.0}`, `{"Int":1e2}`, `{"Int":-0}`, `{"Text":"` + "\xff" + `"}`, `{"Text":"a` + "\n" + `"}`, `{"Int":01}`, `{"Int":1}x`, ` {"Int" : 1 } `, `{"Int":1,}`,
		`{`, ``, `null`, `[]`, `"x"`, `{"Array":[1]}`, `{"List":[1,]}`, `{"Float":1.}`, `{"Bool":tru}`, `{"Bytes":"?"}`, `{"Any":1e999}`, `{"Text":"\ud800"}`,
		`{"quoted":7}`, `{"quoted":"x"}`, `{"Number":"1"}`, `{"Number":"x"}`, `{"Raw":null}`, `{"Time":null}`, `{"Addr":""}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var want, got zoo
		wantErr := json.Unmarshal(data, &want)
		gotErr := jsonOf(t).Unmarshal(data, &got)
		require.Equal(t, wantErr == nil, gotErr == nil, "%q: %v, not %v", data, gotErr, wantErr)
		if wantErr == nil {
			require.Equal(t, want, got, "%q", data)
		}
		var wantAny, gotAny any
		wantErr = json.Unmarshal(data, &wantAny)
		gotErr = jsonOf(t).Unmarshal(data, &gotAny)
		require.Equal(t, wantErr == nil, gotErr == nil, "%q: %v, not %v", data, gotErr, wantErr)
		if wantErr == nil {
			require.Equal(t, wantAny, gotAny, "%q", data)
		}
	})
}

func jsonOf(t *testing.T) task.Codec {
	t.Helper()
	codec, err := task.CodecFor(task.ContentJSON)
	require.NoError(t, err)
	return codec
}
