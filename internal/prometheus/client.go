package prometheus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/tlsfile"
)

// Options say where a server is and how to be let in. At most one of a bearer token and a user is used.
type Options struct {
	// URL is the server's address, such as https://prometheus.example:9090, with the path under which
	// its API lies, if any. A user and password in it are used as basic authentication.
	URL string
	// BearerToken and User with Password authenticate; empty for none.
	BearerToken    string
	User, Password string
	// TLS is for servers with a certificate of a private authority, or that want to see one.
	TLS tlsfile.Files
	// MaxPoints is how many points of a series are asked for at once, 1 to 11,000; 0 for 2,000.
	MaxPoints int
}

const (
	// serverLimit is how many points of a series Prometheus answers with at most.
	serverLimit = 11_000
	// usualPoints keeps one request light for the server: twelve weeks of hours.
	usualPoints = 2_000
	// answerWithin is how long one answer may take; a server gives up earlier by itself.
	answerWithin = 2 * time.Minute
	// mostBytes bounds what one answer may hold.
	mostBytes = 256 << 20
)

// Client asks one server. It is safe for concurrent use.
type Client struct {
	endpoint string
	host     string
	options  Options
	http     *http.Client
}

// New returns a client; it connects to nothing yet. Options that cannot be are InvalidInput.
func New(o Options) (*Client, error) {
	address, err := url.Parse(o.URL)
	if err != nil || (address.Scheme != "http" && address.Scheme != "https") || address.Host == "" {
		return nil, fault.New(fault.InvalidInput, "the Prometheus address %q is not one such as http://localhost:9090", redacted(o.URL))
	}
	if address.User != nil && o.User == "" {
		o.User = address.User.Username()
		o.Password, _ = address.User.Password()
	}
	address.User = nil
	if o.BearerToken != "" && o.User != "" {
		return nil, fault.New(fault.InvalidInput, "Prometheus is to be asked with a bearer token and as a user; give one of them")
	}
	if o.MaxPoints == 0 {
		o.MaxPoints = usualPoints
	}
	if o.MaxPoints < 1 || o.MaxPoints > serverLimit {
		return nil, fault.New(fault.InvalidInput, "%d points at once cannot be asked of Prometheus; it answers with 1 to %d", o.MaxPoints, serverLimit)
	}
	secured, err := o.TLS.Config("Prometheus")
	if err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // the standard library's own
	transport.TLSClientConfig = secured
	return &Client{
		endpoint: address.JoinPath("api/v1/query_range").String(), host: address.Host, options: o,
		http: &http.Client{Transport: transport, Timeout: answerWithin},
	}, nil
}

// redacted is an address without what follows a user's name.
func redacted(address string) string {
	if parsed, err := url.Parse(address); err == nil {
		return parsed.Redacted()
	}
	return strings.SplitN(address, "@", 2)[0]
}

// answer is what query_range returns.
type answer struct {
	Status    string   `json:"status"`
	ErrorType string   `json:"errorType"`
	Error     string   `json:"error"`
	Warnings  []string `json:"warnings"`
	Data      struct {
		ResultType string   `json:"resultType"`
		Result     []stream `json:"result"`
	} `json:"data"`
}

// stream is one series of an answer.
type stream struct {
	Metric map[string]string `json:"metric"`
	Values []sample          `json:"values"`
	// Histograms are native ones, which no number stands for.
	Histograms json.RawMessage `json:"histograms"`
}

// errTooMuch is an answer that the server refuses to work out at once.
var errTooMuch = errors.New("the query loads too much at once")

// ask sends one query for the points from start to end, both included.
func (c *Client) ask(ctx context.Context, query string, start, end time.Time, step time.Duration) (*answer, error) {
	form := url.Values{
		"query": {query}, "start": {stamp(start)}, "end": {stamp(end)},
		"step": {strconv.FormatFloat(step.Seconds(), 'f', -1, 64)},
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "the request to Prometheus cannot be made")
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept", "application/json")
	switch {
	case c.options.BearerToken != "":
		request.Header.Set("Authorization", "Bearer "+c.options.BearerToken)
	case c.options.User != "":
		request.SetBasicAuth(c.options.User, c.options.Password)
	}
	response, err := c.http.Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fault.Wrap(reason(err), fault.Unavailable, "Prometheus at %s does not answer", c.host)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, mostBytes+1))
	if err != nil {
		return nil, fault.Wrap(reason(err), fault.Unavailable, "the answer of Prometheus at %s broke off", c.host)
	}
	if len(body) > mostBytes {
		return nil, errTooMuch
	}
	return c.read(response.StatusCode, body, query)
}

// read judges an answer.
func (c *Client) read(status int, body []byte, query string) (*answer, error) {
	switch status {
	case http.StatusUnauthorized:
		return nil, fault.New(fault.Unauthenticated, "Prometheus at %s does not accept the credentials (401); give a token or a user with a password", c.host)
	case http.StatusForbidden:
		return nil, fault.New(fault.Forbidden, "Prometheus at %s does not permit the query (403) to these credentials", c.host)
	case http.StatusNotFound:
		return nil, fault.New(fault.Upstream, "there is no Prometheus API at %s (404); does the address lack a path?", c.endpoint)
	}
	var a answer
	if err := json.Unmarshal(body, &a); err != nil {
		if status >= http.StatusInternalServerError || status == http.StatusTooManyRequests {
			return nil, fault.New(fault.Unavailable, "Prometheus at %s answers with status %d", c.host, status)
		}
		return nil, fault.Wrap(err, fault.Upstream, "what answers at %s with status %d is no Prometheus", c.host, status)
	}
	switch {
	case a.Status == "success" && a.Data.ResultType != "matrix":
		return nil, fault.New(fault.Upstream, "Prometheus at %s answers a range query with a %q", c.host, a.Data.ResultType)
	case a.Status == "success" && slices.ContainsFunc(a.Data.Result, func(s stream) bool { return s.Histograms != nil }):
		return nil, fault.New(fault.InvalidInput, "the query %q gives histograms; take a quantile, a sum or a count of them", query)
	case a.Status == "success":
		return &a, nil
	case strings.Contains(a.Error, "too many samples"), strings.Contains(a.Error, "exceeded maximum resolution"), a.ErrorType == "timeout":
		return nil, errTooMuch
	case a.ErrorType == "bad_data":
		return nil, fault.New(fault.InvalidInput, "Prometheus refuses the query %q: %s", query, oneLine(a.Error))
	case status >= http.StatusInternalServerError:
		return nil, fault.New(fault.Unavailable, "Prometheus at %s cannot answer (%s): %s", c.host, a.ErrorType, oneLine(a.Error))
	default:
		return nil, fault.New(fault.Upstream, "Prometheus cannot answer the query %q: %s", query, oneLine(a.Error))
	}
}

// reason takes the address, and with it any secret, out of an error of the HTTP client.
func reason(err error) error {
	var where *url.Error
	if errors.As(err, &where) {
		return where.Err
	}
	return err
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// stamp writes an instant in seconds, as exactly as Prometheus keeps it.
func stamp(t time.Time) string { return fmt.Sprintf("%.3f", float64(t.UnixMilli())/1000) }
