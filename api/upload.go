package api

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
)

const (
	// fieldLimit bounds a form field that is not a file, fileCount the files of one upload.
	fieldLimit = 4 << 10
	fileCount  = 1000
)

// upload is a body on its way in, with its files on disk: a bill may be larger than the memory.
type upload struct {
	fields map[string]string
	// known names the fields that a form may have beside its files: those of the query.
	known  map[string]bool
	files  []spooledFile
	digest hash.Hash
}

type spooledFile struct{ name, path string }

// receive reads a form, or a file as the body itself. The caller removes the upload, also after an
// error.
func receive(request *http.Request, known map[string]bool) (*upload, error) {
	received := &upload{fields: map[string]string{}, known: known, digest: sha256.New()}
	for name, values := range request.URL.Query() {
		received.fields[name] = values[0]
	}
	mediaType, _, err := mime.ParseMediaType(request.Header.Get("Content-Type"))
	switch {
	case err == nil && mediaType == "multipart/form-data":
		return received, received.readForm(request)
	case err == nil && slices.Contains([]string{"text/csv", "application/json", "application/gzip", "application/octet-stream"}, mediaType):
		return received, received.spool(received.fields["name"], request.Body)
	default:
		return received, fault.New(codeUnsupportedMediaType,
			"content type %.100q is not taken here; send multipart/form-data, text/csv, application/json, application/gzip or application/octet-stream", request.Header.Get("Content-Type"))
	}
}

func (u *upload) readForm(request *http.Request) error {
	form, err := request.MultipartReader()
	if err != nil {
		return fault.Wrap(err, fault.InvalidInput, "the form cannot be read")
	}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return brokenForm(err)
		}
		if part.FormName() == "file" {
			err = u.spool(part.FileName(), part)
		} else {
			err = u.readField(part.FormName(), part)
		}
		if err != nil {
			return err
		}
	}
	if len(u.files) == 0 {
		return fault.Invalid("/file", "the form holds no part named file")
	}
	return nil
}

func (u *upload) readField(name string, content io.Reader) error {
	if !u.known[name] {
		return fault.Invalid(pointer([]string{name}), "%.60q is no field of this form; it takes file, %s", name, listed(u.known))
	}
	text, err := io.ReadAll(io.LimitReader(content, fieldLimit+1))
	if err != nil {
		return brokenForm(err)
	}
	if len(text) > fieldLimit {
		return fault.Invalid("/"+name, "form field %.60q is longer than %d bytes", name, fieldLimit)
	}
	u.fields[name] = string(text)
	// The parts are hashed, not the body: the boundary between them differs from try to try.
	fmt.Fprintf(u.digest, "field %q %q\n", name, text)
	return nil
}

func (u *upload) spool(name string, content io.Reader) error {
	if len(u.files) == fileCount {
		return fault.New(fault.TooLarge, "an upload holds at most %d files; send several", fileCount)
	}
	name = filepath.Base(strings.ReplaceAll(name, `\`, "/"))
	if name == "." || name == "/" {
		name = "upload"
	}
	file, err := os.CreateTemp("", "omnicloud-import-*")
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "the upload cannot be kept on this server's disk")
	}
	u.files = append(u.files, spooledFile{name: name, path: file.Name()})
	fmt.Fprintf(u.digest, "file %q\n", name)
	size, err := io.Copy(io.MultiWriter(file, u.digest), content)
	fmt.Fprintf(u.digest, "\n%d\n", size)
	if closing := file.Close(); err == nil && closing != nil {
		return fault.Wrap(closing, fault.Unavailable, "the upload cannot be kept on this server's disk")
	}
	return brokenForm(err)
}

// brokenForm keeps what is wrong with a body apart from what its sender cannot help.
func brokenForm(err error) error {
	var tooLarge *http.MaxBytesError
	var path *os.PathError
	switch {
	case err == nil || errors.As(err, &tooLarge):
		return err
	case errors.As(err, &path):
		return fault.Wrap(err, fault.Unavailable, "the upload cannot be kept on this server's disk")
	default:
		return fault.Wrap(err, fault.InvalidInput, "the upload ended early or is no valid form")
	}
}

// hash returns the SHA-256 of all parts in the order of arrival, in hexadecimal.
func (u *upload) hash() string { return hex.EncodeToString(u.digest.Sum(nil)) }

// names lists the files for people.
func (u *upload) name() string {
	if len(u.files) == 1 {
		return u.files[0].name
	}
	return fmt.Sprintf("%s and %d more", u.files[0].name, len(u.files)-1)
}

// open yields the files one after the other.
func (u *upload) open() intake.Files {
	return func(yield func(intake.File, error) bool) {
		for _, spooled := range u.files {
			file, err := os.Open(spooled.path)
			if err != nil {
				yield(intake.File{}, fault.Wrap(err, fault.Internal, "the upload is no longer on this server's disk"))
				return
			}
			goOn := yield(intake.File{Name: spooled.name, Content: file}, nil)
			_ = file.Close()
			if !goOn {
				return
			}
		}
	}
}

// remove takes the files off the disk.
func (u *upload) remove() error {
	var errs []error
	for _, spooled := range u.files {
		errs = append(errs, os.Remove(spooled.path))
	}
	return errors.Join(errs...)
}
