// A consumer of lagtop's tests: kafka-go, a process of its own. What it shall consume is told on its standard
// input, so that its command line says nothing; it ends when that ends.
package main

import (
	"bufio"
	"context"
	"flag"
	"io"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
)

func main() {
	burn := flag.Bool("burn", false, "one goroutine computes for ever")
	profiles := flag.Bool("profiles", false, "serve pprof on a free port of this host")
	flag.Parse()
	input := bufio.NewReader(os.Stdin)
	told, err := input.ReadString('\n')
	words := strings.Fields(told)
	if err != nil || len(words) != 6 {
		log.Fatal("not told what to consume: ", told)
	}
	commit, err := time.ParseDuration(words[5] + "ms")
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		_, _ = io.Copy(io.Discard, input)
		os.Exit(0)
	}()
	if *profiles {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			log.Fatal(err)
		}
		go func() { log.Fatal(http.Serve(listener, nil)) }()
	}
	if *burn {
		go deserialize()
	}
	consume(kafka.ReaderConfig{
		Brokers:        []string{words[0]},
		Topic:          words[1],
		GroupID:        words[2],
		Dialer:         &kafka.Dialer{ClientID: words[3], Timeout: 10 * time.Second},
		CommitInterval: commit,
		MaxWait:        500 * time.Millisecond,
	})
}

// Begins again when a broker goes away.
func consume(config kafka.ReaderConfig) {
	reader := kafka.NewReader(config)
	for {
		if _, err := reader.ReadMessage(context.Background()); err != nil {
			log.Print(err)
			time.Sleep(100 * time.Millisecond)
		}
	}
}

// What a profile shall show.
func deserialize() {
	for number := uint64(1); ; number *= 3 {
		if number == 0 {
			log.Fatal("a power of three is odd")
		}
	}
}
