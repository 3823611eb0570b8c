package opencost

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
)

// entry is the part of an allocation that is read. Numbers stay text until they are decimals.
type entry struct {
	Name       string     `json:"name"`
	Properties properties `json:"properties"`
	Window     span       `json:"window"`
	Start      string     `json:"start"`
	End        string     `json:"end"`

	CPUCoreHours         json.Number `json:"cpuCoreHours"`
	RAMByteHours         json.Number `json:"ramByteHours"`
	PVByteHours          json.Number `json:"pvByteHours"`
	NetworkTransferBytes json.Number `json:"networkTransferBytes"`
	NetworkReceiveBytes  json.Number `json:"networkReceiveBytes"`
}

// properties say what an allocation is about.
type properties struct {
	Namespace       string            `json:"namespace"`
	Labels          map[string]string `json:"labels"`
	NamespaceLabels map[string]string `json:"namespaceLabels"`
}

// span is a window of time; either end may be null.
type span struct {
	Start string `json:"start"`
	End   string `json:"end"`
}

// answer walks through an answer of the API without holding it: a month by hour and container is
// gigabytes. Each allocation is handed to use with its place, such as data[0]["team-a"].
type answer struct {
	name    string
	decoder *json.Decoder
	use     func(where string, allocation *entry) error
	code    int
	message string
}

// read reads the one object that the file is.
func (a *answer) read() error {
	if err := a.open('{'); err != nil {
		return err
	}
	data := false
	for a.decoder.More() {
		key, err := a.key()
		if err != nil {
			return err
		}
		switch key {
		case "code":
			err = a.value(&a.code)
		case "message":
			err = a.value(&a.message)
		case "data":
			data = true
			err = a.sets()
		default:
			err = a.value(&json.RawMessage{})
		}
		if err != nil {
			return err
		}
	}
	if _, err := a.token(); err != nil {
		return err
	}
	if _, err := a.decoder.Token(); !errors.Is(err, io.EOF) {
		return a.broken("goes on after its object ended")
	}
	switch {
	case a.code != 0 && a.code != http.StatusOK:
		return a.broken("is an answer with code %d: %.200s", a.code, a.message)
	case !data:
		return a.broken("is no OpenCost allocation export: it has no data")
	}
	return nil
}

// sets reads the list of sets of allocations, one for each step of the window.
func (a *answer) sets() error {
	if err := a.open('['); err != nil {
		return err
	}
	for set := 0; a.decoder.More(); set++ {
		if err := a.set(set); err != nil {
			return err
		}
	}
	_, err := a.token()
	return err
}

// set reads allocations by name. OpenCost writes null for a step in which nothing ran.
func (a *answer) set(number int) error {
	opening, err := a.token()
	if err != nil {
		return err
	}
	if opening == nil {
		return nil
	}
	if opening != json.Delim('{') {
		return a.broken("is no OpenCost allocation export: data[%d] is no object", number)
	}
	for a.decoder.More() {
		key, err := a.key()
		if err != nil {
			return err
		}
		where := place(number, key)
		var allocation *entry
		if err := a.value(&allocation); err != nil {
			return err
		}
		if allocation == nil {
			continue
		}
		if allocation.Name == "" {
			allocation.Name = key
		}
		if err := a.use(where, allocation); err != nil {
			return err
		}
	}
	_, err = a.token()
	return err
}

// open takes a delimiter that must be next.
func (a *answer) open(delimiter json.Delim) error {
	next, err := a.token()
	if err == nil && next != delimiter {
		return a.broken("is no OpenCost allocation export: it has no %s where one belongs", delimiter)
	}
	return err
}

func (a *answer) key() (string, error) {
	next, err := a.token()
	key, _ := next.(string)
	return key, err
}

func (a *answer) token() (json.Token, error) {
	next, err := a.decoder.Token()
	return next, a.explain(err)
}

func (a *answer) value(into any) error { return a.explain(a.decoder.Decode(into)) }

// explain makes errors of the decoder InvalidInput errors that name the file and the place.
func (a *answer) explain(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fault.Wrap(err, fault.InvalidInput, "%s is no valid JSON of an OpenCost answer near byte %d", a.name, a.decoder.InputOffset())
}

func (a *answer) broken(format string, arguments ...any) error {
	return fault.Invalid(a.name, "%s "+format, append([]any{a.name}, arguments...)...)
}

// newAnswer reads a file's content.
func newAnswer(file intake.File, use func(string, *entry) error) *answer {
	return &answer{name: file.Name, decoder: json.NewDecoder(file.Content), use: use}
}
