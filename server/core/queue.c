#include "server/core/internal.h"
#include "common/proto.h"
#include <stdlib.h>
#include <unistd.h>

void queue_init(struct queue *q)
{
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->filled, NULL);
    q->head = NULL;
    q->tail = &q->head;
    q->closed = false;
}

void queue_push(struct queue *q, struct job *job)
{
    job->next = NULL;
    pthread_mutex_lock(&q->lock);
    *q->tail = job;
    q->tail = &job->next;
    pthread_cond_signal(&q->filled);
    pthread_mutex_unlock(&q->lock);
}

struct job *queue_pop(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    while (!q->head && !q->closed)
        pthread_cond_wait(&q->filled, &q->lock);
    struct job *job = q->head;
    if (job) {
        q->head = job->next;
        if (!q->head)
            q->tail = &q->head;
    }
    pthread_mutex_unlock(&q->lock);
    return job;
}

struct job *queue_take_all(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    struct job *all = q->head;
    q->head = NULL;
    q->tail = &q->head;
    pthread_mutex_unlock(&q->lock);
    return all;
}

void queue_close(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    pthread_cond_broadcast(&q->filled);
    pthread_mutex_unlock(&q->lock);
}

struct job *job_new(void)
{
    struct job *job = calloc(1, sizeof *job);
    if (!job)
        abort();
    buf_init(&job->line, PROTO_LINE_MAX);
    buf_init(&job->answer, PROTO_ANSWER_MAX);
    job->passed_fd = -1;
    job->open_fd = -1;
    return job;
}

void job_free(struct job *job)
{
    if (!job)
        return;
    if (job->passed_fd >= 0)
        close(job->passed_fd);
    if (job->open_fd >= 0)
        close(job->open_fd);
    buf_wipe(&job->line);
    buf_free(&job->line);
    buf_free(&job->answer);
    free(job);
}

void notice_free(struct notice *n)
{
    if (!n)
        return;
    free(n->line);
    free(n->people);
    free(n->units);
    free(n);
}
