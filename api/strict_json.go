package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"unicode/utf8"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// deepestJSON bounds how far values may be nested. No body of the document comes near it.
const deepestJSON = 64

// checkJSONBody refuses a JSON body that readers could understand differently; bodies of other
// types pass. The body was bounded before and can be read again afterwards.
func checkJSONBody(request *http.Request) error {
	mediaType, _, err := mime.ParseMediaType(request.Header.Get("Content-Type"))
	if err != nil || mediaType != "application/json" || request.Body == nil {
		return nil //nolint:nilerr // a content type that cannot be read is not JSON; the validator refuses it
	}
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return err
	}
	request.Body = io.NopCloser(bytes.NewReader(body))
	if len(body) == 0 {
		return nil // whether a body is needed is for the document to say
	}
	return checkJSON(body)
}

// checkJSON returns an InvalidInput error unless the text is exactly one JSON value in UTF-8 in which no
// object has a name twice. Of a name that is there twice most readers take the last value and some
// the first (RFC 8259, section 4), so that what was checked would not be what counts.
func checkJSON(text []byte) error {
	if !utf8.Valid(text) {
		return fault.Invalid("", "the body is not UTF-8 text")
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	walk := jsonWalk{decoder: decoder}
	if err := walk.value(); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return fault.Invalid("", "the body goes on after its JSON value ended; send exactly one value")
	}
	return nil
}

// jsonWalk passes over a value, one token after the other; path leads to where it is.
type jsonWalk struct {
	decoder *json.Decoder
	path    []string
}

// value passes over one value. It calls itself at most deepestJSON times.
func (w *jsonWalk) value() error {
	token, err := w.decoder.Token()
	if err != nil {
		return w.broken(err)
	}
	if len(w.path) >= deepestJSON {
		return w.invalid("the body is nested deeper than %d levels", deepestJSON)
	}
	switch token {
	case json.Delim('{'):
		err = w.object()
	case json.Delim('['):
		err = w.list()
	default:
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := w.decoder.Token(); err != nil {
		return w.broken(err)
	}
	return nil
}

func (w *jsonWalk) object() error {
	seen := map[string]bool{}
	for w.decoder.More() {
		token, err := w.decoder.Token()
		if err != nil {
			return w.broken(err)
		}
		name, _ := token.(string) // the decoder lets nothing else stand for a name
		w.path = append(w.path, name)
		if seen[name] {
			return w.invalid("the name %.60q is given twice in the same object", name)
		}
		seen[name] = true
		if err := w.value(); err != nil {
			return err
		}
		w.path = w.path[:len(w.path)-1]
	}
	return nil
}

func (w *jsonWalk) list() error {
	for place := 0; w.decoder.More(); place++ {
		w.path = append(w.path, strconv.Itoa(place))
		if err := w.value(); err != nil {
			return err
		}
		w.path = w.path[:len(w.path)-1]
	}
	return nil
}

// broken says where a text stops being JSON.
func (w *jsonWalk) broken(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return w.invalid("the body is no JSON: it ends within a value")
	}
	return w.invalid("the body is no JSON: byte %d: %s", w.decoder.InputOffset(), err)
}

func (w *jsonWalk) invalid(format string, arguments ...any) error {
	return fault.Invalid(pointer(w.path), format, arguments...)
}
