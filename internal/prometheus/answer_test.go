package prometheus

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// answering is a server that gives one answer.
func answering(t *testing.T, status int, body string) *Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, body)
	}))
	t.Cleanup(server.Close)
	return client(t, Options{URL: server.URL})
}

// TestAnswers is about what a server, or what stands before one, answers when it cannot answer.
func TestAnswers(t *testing.T) {
	const one = `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":"b"},"values":[[1772409600,"1"]]}]}`
	for name, test := range map[string]struct {
		status int
		body   string
		code   fault.Code
		want   string
	}{
		"a query that it does not understand": {
			400, `{"status":"error","errorType":"bad_data","error":"1:4: parse error:\nunclosed left parenthesis"}`,
			fault.InvalidInput, `Prometheus refuses the query "q": 1:4: parse error: unclosed left parenthesis`,
		},
		"an execution that fails":   {422, `{"status":"error","errorType":"execution","error":"found duplicate series"}`, fault.Upstream, `cannot answer the query "q": found duplicate series`},
		"a server that is starting": {503, "Service Unavailable", fault.Unavailable, "answers with status 503"},
		"a storage that is not ready": {
			503, `{"status":"error","errorType":"unavailable","error":"TSDB not ready"}`, fault.Unavailable, "cannot answer (unavailable): TSDB not ready",
		},
		"a defect of the server":         {500, `{"status":"error","errorType":"internal","error":"disk"}`, fault.Unavailable, "cannot answer (internal): disk"},
		"a gateway without its server":   {502, "<html>Bad Gateway</html>", fault.Unavailable, "answers with status 502"},
		"a page that is none of its own": {200, "<html>Sign in</html>", fault.Upstream, "with status 200 is no Prometheus"},
		"a proxy that knows no path":     {404, "not found", fault.Upstream, "does the address lack a path?"},
		"too many requests":              {429, "slow down", fault.Unavailable, "answers with status 429"},
		"another kind of result":         {200, `{"status":"success","data":{"resultType":"vector","result":[]}}`, fault.Upstream, `answers a range query with a "vector"`},
		"histograms":                     {200, `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"histograms":[[1,{}]]}]}}`, fault.InvalidInput, "gives histograms; take a quantile, a sum or a count of them"},
		"a timestamp beyond all time":    {200, `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1e300,"1"]]}]}}`, fault.Upstream, "is no Prometheus"},
		"a value that is none":           {200, `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"x"]]}]}}`, fault.Upstream, "is no Prometheus"},
		"a point too much":               {422, `{"status":"error","errorType":"execution","error":"query processing would load too many samples into memory"}`, fault.Upstream, "finds even one point of the query"},
	} {
		t.Run(name+" is told in one sentence", func(t *testing.T) {
			_, err := answering(t, test.status, test.body).QueryRange(t.Context(), "q", begin, begin, time.Hour)
			require.ErrorContains(t, err, test.want)
			assert.Equal(t, test.code, fault.CodeOf(err))
			assert.NotContains(t, strings.TrimSpace(err.Error()), "\n")
		})
	}
	t.Run("warnings of partial data are kept, each once", func(t *testing.T) {
		found, err := answering(t, 200, one+`,"warnings":["a store is\n down","a store is down","late"]}`).QueryRange(t.Context(), "q", begin, begin.Add(time.Hour), time.Hour)
		require.NoError(t, err)
		assert.Equal(t, []string{"a store is down", "late"}, found.Warnings)
	})
	t.Run("who does not answer in time is unavailable, and a caller who gives up is not", func(t *testing.T) {
		quiet := make(chan struct{})
		server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-quiet }))
		t.Cleanup(func() { close(quiet); server.Close() })
		c := client(t, Options{URL: server.URL})
		c.http.Timeout = time.Millisecond
		_, err := c.QueryRange(t.Context(), "q", begin, begin, time.Hour)
		assert.Equal(t, fault.Unavailable, fault.CodeOf(err))
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = c.QueryRange(gone, "q", begin, begin, time.Hour)
		require.ErrorIs(t, err, context.Canceled)
	})
}

func FuzzAnswer(f *testing.F) {
	f.Add(200, `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":"b"},"values":[[1772409600.5,"1e3"],[1772413200,"NaN"]]}]},"warnings":["w"]}`)
	f.Add(422, `{"status":"error","errorType":"execution","error":"x"}`)
	f.Add(503, "")
	f.Add(200, `{"status":"success","data":{"resultType":"matrix","result":[{"metric":null,"values":[null]}]}}`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		found, err := (&Client{host: "p"}).read(status, []byte(body), "q")
		if err != nil {
			assert.NotEqual(t, fault.Internal, fault.CodeOf(err))
			return
		}
		all := gathering{series: map[string]*Series{}}
		all.add(found)
		all.add(found)
		points := 0
		for _, s := range all.finish().Series {
			points += len(s.Points)
		}
		want := 0
		for _, s := range found.Data.Result {
			want += 2 * len(s.Values)
		}
		assert.Equal(t, want, points)
	})
}
